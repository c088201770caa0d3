// Every hash of a published file: canonical JSON, the salted tree over the frame, commitments, and the tree over a year's secrets.
import { compare } from "./verify_order.js";
import { hex, join, sha256, unhex, utf8 } from "./verify_sha256.js";
import { CHAINED, ROOTED } from "./verify_shapes.js";

/** @typedef {import("./verify_shapes.js").Point} Point */
/** @typedef {import("./verify_shapes.js").Rules} Rules */
/** @typedef {import("./verify_shapes.js").Named} Named */
/** @typedef {import("./verify_shapes.js").Year} Year */

/** Write JSON in the one form that is hashed. @param {any} value @returns {string} */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort(compare);
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

/** Hash bytes, or any other value as canonical JSON. @param {any} value */
export const digest = (value) => hex(sha256(value instanceof Uint8Array ? value : utf8(canonical(value))));

/** Hash a point into its leaf. @param {Point} p */
export function leafOf(p) {
  const line = `${canonical([p.id, p.category, p.street || "", p.x_cm, p.y_cm, p.prob])}\n`;
  return sha256(join([0], unhex(p.salt), utf8(line)));
}

/** Hash a secret into its leaf. @param {Uint8Array} secret */
export const secretLeaf = (secret) => sha256(join([0], secret));

const nodeOf = (/** @type {Uint8Array} */ left, /** @type {Uint8Array} */ right) => sha256(join([1], left, right));

/** Find the root above leaves (RFC 6962); a node without a partner moves up as it is. @param {Uint8Array[]} leaves */
export function rootAbove(leaves) {
  let level = leaves;
  while (level.length > 1) {
    const above = [];
    for (let i = 0; i < level.length; i += 2) above.push(i + 1 < level.length ? nodeOf(level[i], level[i + 1]) : level[i]);
    level = above;
  }
  return hex(level[0]);
}

/**
 * Follow a path from a leaf up; null when it hasn't the right length.
 * @param {Uint8Array} leaf
 * @param {number} index
 * @param {number} count
 * @param {string[]} path
 */
export function climb(leaf, index, count, path) {
  let node = leaf;
  const left = path.map(unhex);
  for (let at = index, size = count; size > 1; at = Math.floor(at / 2), size = Math.ceil(size / 2)) {
    if ((at ^ 1) >= size) continue;
    const other = left.shift();
    if (!other) return null;
    node = at % 2 ? nodeOf(other, node) : nodeOf(node, other);
  }
  return left.length ? null : hex(node);
}

/** Tell whether a secret stands where it says under the root of its year. @param {{ position: number, secret: string, secret_path: string[] }} one @param {Year} year */
export function leads(one, year) {
  const { position, secret, secret_path: path } = one, count = year.secrets_count;
  return position <= count && climb(secretLeaf(unhex(secret)), position - 1, count, path) === year.secrets_root;
}

/** Hash a line of the list of commitments. @param {Named} one @param {string} year the root of its secrets */
export function lineHash(one, year) {
  return digest([`${ROOTED} commitment`, year, one.position, one.root, one.parameters_hash, one.source, one.period, one.previous]);
}

/** Find the one hash that stands for a commitment. @param {string} root @param {Rules} rules */
export function commitmentOf(root, rules) {
  if (rules.version === CHAINED) return digest([`${CHAINED} commitment`, root, digest(rules)]);
  return lineHash({ ...rules, root, parameters_hash: digest(rules) }, rules.secrets_root);
}

/** Find the key of a draw. @param {import("./verify_shapes.js").Reveal} doc */
export function keyOf(doc) {
  const rules = doc.parameters, opened = [doc.shares, doc.public_number];
  if (rules.version === CHAINED) return digest([`${CHAINED} key`, doc.root, digest(rules), doc.link, ...opened]);
  return digest([`${ROOTED} key`, commitmentOf(doc.root, rules), doc.secret, ...opened]);
}
