// The list of commitments under one root: each names the one before, so none is left out, slipped in, or on another's number.
import { leads, lineHash } from "./verify_hashes.js";
import { compare } from "./verify_order.js";

/** @typedef {import("./verify_shapes.js").Line} Line */
/** @typedef {import("./verify_shapes.js").Year} Year */

/** Name what is wrong with each line by itself. @param {Line[]} lines @param {Year} year */
function lineFaults(lines, year) {
  return lines.flatMap((one) => [
    ...(lineHash(one, year.secrets_root) === one.commitment ? [] : [`commitments: number ${one.position} is not what its hash says`]),
    ...(one.state !== "revealed" || leads(one, year) ? [] : [`commitments: the secret of number ${one.position} does not lead to the root`]),
  ]);
}

/** Name what does not follow. @param {Line[]} lines */
function orderFaults(lines) {
  return lines.slice(1).flatMap((two, at) => {
    const one = lines[at], gap = two.position - one.position;
    const fine = gap > 1 || (gap === 1 && two.previous === one.commitment);
    return fine ? [] : [`commitments: number ${two.position} does not follow number ${one.position}`];
  });
}

/** Name the public numbers that several wait for or were drawn by. @param {Line[]} lines */
function numberFaults(lines) {
  const numbers = lines.filter((one) => one.state !== "void").map((one) => JSON.stringify([one.source, one.period]));
  const twice = [...new Set(numbers.filter((number, at) => numbers.indexOf(number) !== at))].map((text) => JSON.parse(text));
  const sorted = twice.sort((one, two) => compare(one[0], two[0]) || compare(one[1], two[1]));
  return sorted.map(([source, period]) => `commitments: several on the number ${source} ${period}`);
}

/** Name everything that is wrong with a list. @param {Line[]} lines @param {Year} year @returns {string[]} */
export const listFaults = (lines, year) => [...lineFaults(lines, year), ...orderFaults(lines), ...numberFaults(lines)];

/** List the positions below one that are neither revealed, nor open, nor void with a reason. @param {Line[]} lines @param {number} below */
export function unaccounted(lines, below) {
  const fine = new Set(lines.filter((one) => one.state !== "drawn" && (one.state !== "void" || one.reason)).map((one) => one.position));
  return Array.from({ length: Math.max(below - 1, 0) }, (_, at) => at + 1).filter((at) => !fine.has(at));
}

/** List the positions in a state. @param {Line[]} lines @param {string} state */
export const positions = (lines, state) => lines.filter((one) => one.state === state).map((one) => one.position);
