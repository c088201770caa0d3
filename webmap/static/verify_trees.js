// The two trees of a draw: the city's and the categories' points are cut into cells, and cells hang together in a network.
import { compare } from "./verify_order.js";

/** @typedef {{ parent: number[], leaf: number[] }} Tree the parent of each node (-1: the root), the node that holds each unit */
/** @typedef {[number, number, number]} Edge tail, head, amount */
/** @typedef {{ edges: Edge[], nodes: number }} Network */

export const D = 2 ** 30; // common denominator of all probabilities

const sum = (/** @type {number[]} */ numbers) => numbers.reduce((total, value) => total + value, 0);

/** Make a tree of one level: a node for each name. @param {string[]} names @returns {Tree} */
export function forest(names) {
  const number = new Map([...new Set(names)].sort(compare).map((name, at) => [name, at + 1]));
  return { parent: [-1, ...new Array(number.size).fill(0)], leaf: names.map((name) => number.get(name) ?? 0) };
}

/** Find how far the units reach along an axis. @param {number[]} axis @param {number[]} held */
function extent(axis, held) {
  let low = Infinity, high = -Infinity;
  for (const i of held) {
    low = Math.min(low, axis[i]);
    high = Math.max(high, axis[i]);
  }
  return high - low;
}

/** Aim at half of the expected points, whole ones on both sides where there are two. @param {number} mass @param {number} coin */
function targetOf(mass, coin) {
  const whole = Math.floor(mass / D), rest = mass % D;
  if (whole <= 1) return Math.floor(mass / 2);
  return Math.floor((whole + (coin % 2)) / 2) * D + (Math.floor(coin / 2) % 2) * rest;
}

/** Find where the sum from the low end is nearest to the target. @param {number[]} inside @param {number[]} value @param {number} target */
function cutOf(inside, value, target) {
  let cut = 1, total = value[inside[0]];
  for (let at = 2, left = total; at < inside.length; at++) {
    left += value[inside[at - 1]];
    if (Math.abs(left - target) <= Math.abs(total - target)) [cut, total] = [at, left];
  }
  return cut;
}

/**
 * Split the nodes that hold units, in order of their numbers, until each expects at most one and a half.
 * @param {Tree} tree
 * @param {number[]} units
 * @param {number[][]} place two axes
 * @param {number[]} value
 * @param {() => number} coins
 */
export function grow(tree, units, place, value, coins) {
  /** @type {Map<number, number[]>} */
  const holds = new Map();
  for (const i of units) {
    const held = holds.get(tree.leaf[i]);
    if (held) held.push(i);
    else holds.set(tree.leaf[i], [i]);
  }
  const queue = [...holds].sort((one, two) => one[0] - two[0]);
  for (const [node, held] of queue) { // the queue grows while it is worked off
    const mass = sum(held.map((i) => value[i]));
    if (held.length === 1 || 2 * mass <= 3 * D) continue;
    const along = place[extent(place[0], held) < extent(place[1], held) ? 1 : 0];
    const inside = held.slice().sort((i, j) => along[i] - along[j] || i - j);
    const cut = cutOf(inside, value, targetOf(mass, coins()));
    for (const part of [inside.slice(0, cut), inside.slice(cut)]) {
      for (const i of part) tree.leaf[i] = tree.parent.length;
      queue.push([tree.parent.length, part]);
      tree.parent.push(node);
    }
  }
}

/**
 * List the edges: the units first, then each tree's links, deepest first.
 * @param {number[]} value
 * @param {number[]} units
 * @param {Tree} city
 * @param {Tree} kinds
 * @returns {Network}
 */
export function network(value, units, city, kinds) {
  const shift = city.parent.length;
  /** @type {Edge[]} */
  const edges = units.map((i) => [city.leaf[i], shift + kinds.leaf[i], value[i]]);
  for (const tree of [city, kinds]) {
    const mass = new Array(tree.parent.length).fill(0);
    tree.leaf.forEach((node, i) => { mass[node] += value[i]; });
    for (let node = mass.length - 1; node > 0; node--) {
      const up = tree.parent[node];
      mass[up] += mass[node];
      edges.push(tree === city ? [up, node, mass[node]] : [node + shift, up + shift, mass[node]]);
    }
  }
  return { edges, nodes: shift + kinds.parent.length };
}
