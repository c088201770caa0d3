// The closing of a year: from its master seed everyone computes every secret and their root again.
import { rootAbove, secretLeaf } from "./verify_hashes.js";
import { listFaults, positions, unaccounted } from "./verify_list.js";
import { hmac, unhex, utf8 } from "./verify_sha256.js";
import { isClosing } from "./verify_shapes.js";

/** @typedef {import("./verify_shapes.js").Closing} Closing */

/** Compute the root of a year from its master seed. @param {Closing} doc */
function rootOfYear(doc) {
  const master = unhex(doc.master);
  const secrets = Array.from({ length: doc.secrets_count }, (_, at) => hmac(master, utf8(`xundian secret|${doc.year}|${at + 1}`)));
  return rootAbove(secrets.map(secretLeaf));
}

/** Name what is wrong with a closing. @param {any} doc @returns {string[]} */
export function closingFaults(doc) {
  if (!isClosing(doc)) return ["form: closing"];
  /** @type {import("./verify_shapes.js").Line[]} */
  const lines = doc.commitments, there = new Set(lines.map((one) => one.position));
  const last = Math.max(0, ...there);
  const gone = Array.from({ length: last }, (_, at) => at + 1).filter((at) => !there.has(at));
  return [
    ...(rootOfYear(doc) === doc.secrets_root ? [] : ["master: it gives another root"]),
    ...listFaults(lines, doc),
    ...gone.map((at) => `commitments: number ${at} is missing`),
    ...positions(lines, "open").map((at) => `commitments: number ${at} is open`),
  ];
}

/** Return what to compare of a closing with what was published before. @param {Closing} doc */
export function closingFacts(doc) {
  const { year, secrets_root, secrets_count, commitments: lines } = doc, last = lines[lines.length - 1];
  return {
    year, secrets_root, secrets_count, commitments: lines.length, last: last?.commitment ?? "",
    revealed: positions(lines, "revealed"), open: positions(lines, "open"), void: positions(lines, "void"),
    unaccounted: unaccounted(lines, (last?.position ?? 0) + 1),
  };
}
