// Draw again from the published points: balanced selection, days, reserves and tickets, the same rules as routing/draw/redraw.py.
import { settle } from "./verify_settle.js";
import { D, forest, grow, network } from "./verify_trees.js";
import { below, words } from "./verify_words.js";

/** @typedef {import("./verify_shapes.js").Point} Point */
/** @typedef {import("./verify_shapes.js").Rules} Rules */

/**
 * Round chances, in units of 1/D, to 0 or 1 so that city, streets and categories are covered evenly.
 * @param {Uint8Array} key
 * @param {string} stage
 * @param {Point[]} points
 * @param {number[]} chances
 * @param {Rules} rules
 * @returns {number[]} positions of those that are rounded up
 */
function balanced(key, stage, points, chances, rules) {
  const value = chances.slice(), all = value.map((_, i) => i);
  const city = rules.streets ? forest(points.map((p) => p.street ?? "")) : { parent: [-1], leaf: value.map(() => 0) };
  const kinds = forest(points.map((p) => p.category));
  const pick = words(key, `${stage} share`);
  const lots = all.map(() => pick() % D < rules.independent_share);
  const alone = all.filter((i) => lots[i] && value[i] % D);
  const loose = network(value, alone, city, kinds);
  settle(loose, words(key, `${stage} flat`), true);
  alone.forEach((i, at) => { value[i] = loose.edges[at][2]; });
  const turn = below(words(key, `${stage} turn`), 65537);
  const place = [[65536 - turn, turn], [-turn, 65536 - turn]].map(([a, b]) => points.map((p) => p.x_cm * a + p.y_cm * b));
  const units = all.filter((i) => value[i] % D && !(lots[i] && chances[i] % D));
  grow(city, units, place, value, words(key, `${stage} city`));
  grow(kinds, units, place, value, words(key, `${stage} kinds`));
  const bound = network(value, all, city, kinds);
  settle(bound, words(key, `${stage} trees`), false);
  return all.filter((i) => bound.edges[i][2]);
}

/** Share an amount as evenly as it goes, the first ones getting more. @param {number} amount @param {number} among @param {number} at */
const even = (amount, among, at) => Math.floor(amount / among) + (at < amount % among ? 1 : 0);

/** Put items into the order of the words of a label. @param {Uint8Array} key @param {string} label @param {number[]} items */
function shuffled(key, label, items) {
  const next = words(key, label);
  return items.map((i) => [next(), i]).sort((one, two) => one[0] - two[0] || one[1] - two[1]).map(([, i]) => i);
}

/** Split a sample into days, each a draw from what is left. @param {Uint8Array} key @param {Point[]} points @param {number[]} drawn @param {Rules} rules */
function split(key, points, drawn, rules) {
  const day = new Map(drawn.map((i) => [i, rules.days]));
  let rest = drawn;
  for (let today = 1; today < rules.days; today++) {
    const count = Math.floor(drawn.length / rules.days) + (today <= drawn.length % rules.days ? 1 : 0);
    if (!count) continue;
    const chances = rest.map((_, at) => even(count * D, rest.length, at));
    for (const at of balanced(key, `day ${today}`, rest.map((i) => points[i]), chances, rules)) day.set(rest[at], today);
    rest = rest.filter((i) => day.get(i) === rules.days);
  }
  return day;
}

/** Draw the reserves among what the sample left. @param {Uint8Array} key @param {Point[]} points @param {Map<number, number>} day @param {Rules} rules */
function spared(key, points, day, rules) {
  const asked = new Map(Object.entries(rules.reserves)), there = new Map(), seen = new Map();
  const spare = [...points.keys()].filter((i) => !day.has(i) && asked.get(points[i].category));
  for (const i of spare) there.set(points[i].category, (there.get(points[i].category) || 0) + 1);
  const chances = spare.map((i) => {
    const name = points[i].category, at = seen.get(name) || 0;
    seen.set(name, at + 1);
    return even((asked.get(name) ?? 0) * D, there.get(name), at);
  });
  return balanced(key, "reserve", spare.map((i) => points[i]), chances, rules).map((at) => spare[at]);
}

/** Draw sample and reserves, each in order of its tickets. @param {Point[]} points @param {Rules} rules @param {Uint8Array} key */
export function draw(points, rules, key) {
  const drawn = balanced(key, "sample", points, points.map((p) => p.prob), rules);
  const day = split(key, points, drawn, rules);
  const kept = spared(key, points, day, rules);
  return {
    sample: shuffled(key, "ticket", drawn).map((i, at) => ({ id: points[i].id, day: day.get(i) ?? 0, ticket: at + 1 })),
    reserves: shuffled(key, "reserve ticket", kept).map((i, at) => ({ id: points[i].id, ticket: drawn.length + at + 1 })),
  };
}
