import assert from "node:assert/strict";
import { test } from "node:test";

const { latest, piece } = await import("../../../webmap/static/page.js");

test("an answer counts only until somebody has asked again", () => {
  const turn = latest();
  const first = turn();
  assert.equal(first(), true);
  const second = turn();
  assert.equal(first(), false);
  assert.equal(second(), true);
});

test("a piece is asked for with its values, and none comes when the session has ended or the server is away", async () => {
  const asked = [];
  globalThis.location = /** @type {any} */ ({ href: "https://office.test/rounds/R" });
  const answers = [{ ok: true, text: async () => "<p>1</p>" }, { ok: false }];
  globalThis.fetch = /** @type {any} */ (async (url) => {
    asked.push(String(url));
    if (!answers.length) throw new TypeError("network");
    return answers.shift();
  });
  assert.equal(await piece("/stop", { stop: "甲&1", day: 2 }), "<p>1</p>");
  assert.equal(await piece("/stop"), null);
  assert.equal(await piece("/stop"), null);
  assert.equal(asked[0], "https://office.test/stop?stop=%E7%94%B2%261&day=2");
});
