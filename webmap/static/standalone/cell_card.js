// What is known of one cell, as a card.

import { card } from "./texts.js";

/** Write a probability. @param {number} value */
const small = (value) => (value < 0.001 ? "< 0.001" : value.toFixed(3));
/** Write a number without zeros at its end. @param {number} value */
const plain = (value) => value.toFixed(2).replace(/\.?0+$/, "");

/**
 * Tell of a cell how often it was visited, what was found, and who answers for it.
 * @param {import("./cell_arrays.js").Given} given
 * @param {Record<string, any>} arrays
 * @param {number} row
 */
export function cellCard(given, arrays, row) {
  const { words, names } = given;
  const visits = arrays.visits[row], points = arrays.deductions[row];
  return card([words.chance, words.hot, words.cold][arrays.flag[row]], [
    [words.visits, `${visits}${visits < given.few ? ` · ${words.hardly}` : ""}`],
    [words.points, plain(points)],
    [words.rate, plain(points / visits)],
    [words.interval, `${plain(arrays.rate_low[row])} – ${plain(arrays.rate_high[row])}`],
    ["p · q", `${small(arrays.p[row])} · ${small(arrays.q[row])}`],
    [words.radius, arrays.radius[row] ? `${arrays.radius[row]} m` : ""],
    [words.inTime, words[names.class[arrays.class[row]]] || ""],
    [words.items, names.items[arrays.items[row]].split("\n").join("; ")],
    [words.zone, names.zone[arrays.zone[row]]],
    [words.unit, names.unit[arrays.unit[row]]],
  ]);
}
