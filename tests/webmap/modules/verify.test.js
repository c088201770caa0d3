import assert from "node:assert/strict";
import { test } from "node:test";

const at = (name) => import(`../../../webmap/static/${name}.js`);
const { hex, hmac, sha256, utf8 } = await at("verify_sha256");
const { compare } = await at("verify_order");
const { fits, shaped } = await at("verify_shapes");
const { climb, lineHash, rootAbove, secretLeaf } = await at("verify_hashes");
const { listFaults, unaccounted } = await at("verify_list");
const { replacementFaults } = await at("verify_replacements");

test("hashes and codes are those of FIPS 180-4 and RFC 4231", () => {
  assert.equal(hex(sha256(utf8("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const code = hmac(utf8("Jefe"), utf8("what do ya want for nothing?"));
  assert.equal(hex(code), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
});

test("texts stand in the order of their code points", () => {
  assert.deepEqual(["\u{20bb7}", "\uffee", "a"].sort(compare), ["a", "\uffee", "\u{20bb7}"]);
});

test("a path leads from each leaf to the root, and from no other place", () => {
  const leaves = [1, 2, 3].map((byte) => secretLeaf(new Uint8Array(32).fill(byte)));
  const root = rootAbove(leaves), left = hex(sha256(new Uint8Array([1, ...leaves[0], ...leaves[1]])));
  assert.equal(climb(leaves[2], 2, 3, [left]), root);
  assert.equal(climb(leaves[0], 0, 3, [hex(leaves[1]), hex(leaves[2])]), root);
  assert.notEqual(climb(leaves[0], 1, 3, [hex(leaves[1]), hex(leaves[2])]), root);
  assert.equal(climb(leaves[2], 2, 3, []), null);
  assert.equal(climb(leaves[2], 2, 3, [left, left]), null);
});

test("shapes and public numbers have one form", () => {
  assert.equal(shaped({ a: 1 }, { a: [1, 2], b: [1, 2] }), false);
  assert.equal(shaped({ a: 1 }, { a: [1, 2] }), true);
  assert.equal(shaped(1.5, [1, 2]), false);
  assert.equal(fits("03,11,17,22,28,31+09", "6+1"), true);
  assert.equal(fits("11,03,17,22,28,31+09", "6+1"), false);
});

test("a list says what is wrong with it, and what is not accounted for", () => {
  const year = { secrets_root: "0".repeat(64), secrets_count: 4 };
  const line = (position, previous, state, period) => {
    const named = { position, previous, root: "1".repeat(64), parameters_hash: "2".repeat(64), source: "双色球", period };
    return { ...named, commitment: lineHash(named, year.secrets_root), state, reason: "", secret: "", secret_path: [] };
  };
  const one = line(1, "", "open", "7"), two = line(2, one.commitment, "drawn", "7"), apart = line(3, "", "void", "8");
  assert.deepEqual(listFaults([one, two, apart], year), [
    "commitments: number 3 does not follow number 2", "commitments: several on the number 双色球 7",
  ]);
  assert.deepEqual(unaccounted([one, two, apart], 4), [2, 3]);
});

test("the nearest reserve comes in, also where squares are beyond the whole numbers of JavaScript", () => {
  const far = 2 ** 32;
  const point = (id, x_cm) => ({ id, x_cm, y_cm: 0, category: "a", prob: 1, salt: "" });
  const doc = {
    parameters: { replacements_limit: 1 }, frame: [point("out", -far), point("p", far), point("q", far - 1)],
    sample: [{ id: "out", day: 1, ticket: 1 }], reserves: [{ id: "p", ticket: 2 }, { id: "q", ticket: 3 }],
    replacements: [{ out: "out", into: "q", reason: "关门" }],
  };
  assert.deepEqual(replacementFaults(doc), []);
  doc.replacements[0].into = "p";
  assert.deepEqual(replacementFaults(doc), ["replacements: line 1 is not by the rule"]);
});
