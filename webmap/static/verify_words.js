// The randomness of a draw: SHA-256 of label, counter and key, cut into words of 48 bits; whole numbers below 2^53 throughout.
import { join, sha256, utf8 } from "./verify_sha256.js";

/** @typedef {() => number} Stream gives the next word */

const LABELLED = "xundian-draw-1"; // in every form of a commitment

/** Open the stream of a label. @param {Uint8Array} key @param {string} label @returns {Stream} */
export function words(key, label) {
  let counter = 0, at = 30;
  /** @type {Uint8Array} */
  let digest = new Uint8Array();
  return () => {
    if (at === 30) {
      digest = sha256(join(utf8(`${LABELLED}|${label}|${counter}|`), key));
      counter++;
      at = 0;
    }
    let word = 0;
    for (const end = at + 6; at < end; at++) word = word * 256 + digest[at];
    return word;
  };
}

/** Draw a number below a bound, without bias. @param {Stream} next @param {number} bound */
export function below(next, bound) {
  const limit = 2 ** 48 - (2 ** 48 % bound);
  let word = next();
  while (word >= limit) word = next();
  return word % bound;
}
