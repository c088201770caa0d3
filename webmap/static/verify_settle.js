// Dependent rounding on a network: push along cycles of fractional edges until none is left; every edge keeps its expectation.
import { D } from "./verify_trees.js";
import { below } from "./verify_words.js";

/** @typedef {import("./verify_trees.js").Network} Network */
/** @typedef {import("./verify_words.js").Stream} Stream */
/** @typedef {{ path: number[], via: number[], place: Int32Array }} Walk via[t] leads from path[t] to path[t + 1] */

const mod = (/** @type {number} */ value) => ((value % D) + D) % D;

/** Take an item out. @param {number[]} list @param {number} item */
const drop = (list, item) => list.splice(list.indexOf(item), 1);

/**
 * Move a cycle up or down as far as it goes.
 * @param {Network} net
 * @param {number[][]} alive
 * @param {[number, number][]} cycle edges with the way that the walk goes along them
 * @param {Stream} next
 */
function push({ edges }, alive, cycle, next) {
  let up = D, down = D;
  for (const [e, sign] of cycle) {
    up = Math.min(up, mod(-sign * edges[e][2]));
    down = Math.min(down, mod(sign * edges[e][2]));
  }
  const step = below(next, up + down) < down ? up : -down;
  for (const [e, sign] of cycle) {
    const edge = edges[e];
    edge[2] += sign * step;
    if (mod(edge[2]) === 0) {
      drop(alive[edge[0]], e);
      drop(alive[edge[1]], e);
    }
  }
}

/** List the fractional edges at each node, in order of their numbers. @param {Network} net @returns {number[][]} */
function fractional({ edges, nodes }) {
  /** @type {number[][]} */
  const alive = Array.from({ length: nodes }, () => []);
  edges.forEach(([tail, head, amount], e) => {
    if (mod(amount)) {
      alive[tail].push(e);
      alive[head].push(e);
    }
  });
  return alive;
}

/** Step back from a dead end, in a flat network only: its edge is set aside. @param {Network} net @param {number[][]} alive @param {Walk} walk */
function stepBack({ edges }, alive, { path, via, place }) {
  const came = via[via.length - 1];
  drop(alive[edges[came][0]], came);
  drop(alive[edges[came][1]], came);
  place[path[path.length - 1]] = -1;
  path.pop();
  via.pop();
}

/** Choose the next edge of a walk: the lowest other one, or in a flat network a random one. @param {number[]} here @param {number[]} via @param {Stream} next @param {boolean} flat */
function chosen(here, via, next, flat) {
  const came = via.length ? via[via.length - 1] : -1;
  const at = flat ? below(next, here.length - (via.length ? 1 : 0)) : 0;
  const edge = here[at];
  return via.length && (flat ? edge >= came : edge === came) ? here[at + 1] : edge;
}

/** Go on one step; a walk that meets itself is a cycle, which is pushed. @param {Network} net @param {number[][]} alive @param {Walk} walk @param {Stream} next @param {boolean} flat */
function step(net, alive, walk, next, flat) {
  const { path, via, place } = walk, node = path[path.length - 1];
  if (alive[node].length - (via.length ? 1 : 0) === 0) return stepBack(net, alive, walk);
  const edge = chosen(alive[node], via, next, flat);
  const other = net.edges[edge][0] + net.edges[edge][1] - node;
  if (place[other] < 0) {
    place[other] = path.length;
    path.push(other);
    via.push(edge);
    return undefined;
  }
  const back = place[other];
  push(net, alive, [...via.slice(back), edge].map((e, t) => [e, net.edges[e][0] === path[back + t] ? 1 : -1]), next);
  const keep = flat ? 0 : back;
  for (const gone of path.slice(keep + 1)) place[gone] = -1;
  path.length = keep + 1;
  via.length = keep;
  return undefined;
}

/** Round every edge of a network; a flat one picks its cycles at random. @param {Network} net @param {Stream} next @param {boolean} flat */
export function settle(net, next, flat) {
  const alive = fractional(net), place = new Int32Array(net.nodes).fill(-1);
  for (let start = net.nodes - 1; start >= 0; start--) {
    const walk = { path: [start], via: [], place };
    place[start] = 0;
    while (alive[start].length) step(net, alive, walk, next, flat);
    for (const node of walk.path) place[node] = -1;
  }
}
