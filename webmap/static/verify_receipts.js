// The smaller files of a draw: an owner's receipt leads to the root, a day's release to its seal.
import { climb, digest, leafOf } from "./verify_hashes.js";
import { CHAINED, HEX, MOST, POINT, TEXT, shaped } from "./verify_shapes.js";

/** Climb from a receipt: the root that its path leads to, null when it isn't formed like one. @param {any} receipt */
export function rootOf({ point, index, points, path }) {
  if (!shaped(point, { ...POINT, street: TEXT }) || !shaped(path, [HEX])) return null;
  if (!shaped(points, [1, MOST]) || !shaped(index, [0, points - 1])) return null;
  return climb(leafOf(point), index, points, path);
}

/** @param {any} row */
const isRow = (row) => Array.isArray(row) && row.length === 2 && shaped(row[0], TEXT) && shaped(row[1], [1, MOST]);

/** Seal a day's release, to be compared with the seal that was published when the round was drawn; null: it isn't one. @param {any} release */
export function sealOf({ day_key: subkey, day, sample }) {
  const rows = Array.isArray(sample) && sample.every(isRow);
  return rows && shaped(subkey, HEX) && shaped(day, [1, 366]) ? digest([`${CHAINED} seal`, subkey, day, sample]) : null;
}
