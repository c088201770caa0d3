// Verify a revealed draw in the browser, offline: the same rules as routing/draw/verifier.py, written out in docs/draw.md.
// verify(parse(text)) gives { valid, faults, facts }. No library, no request; whole numbers below 2^53 throughout.

const VERSION = "xundian-draw-1";
const D = 2 ** 30; // common denominator of all probabilities

// --- SHA-256 (FIPS 180-4) in plain JavaScript: crypto.subtle is missing where a page isn't served over HTTPS

const K = [], START = [];
for (let n = 2, found = 0; found < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
  if (!prime) continue;
  const part = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32) | 0;
  if (found < 8) START.push(part(Math.sqrt(n)));
  K.push(part(Math.cbrt(n)));
  found++;
}

export function sha256(bytes) {
  const blocks = Math.ceil((bytes.length + 9) / 64);
  const padded = new Uint8Array(blocks * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(blocks * 64 - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(blocks * 64 - 4, (bytes.length * 8) >>> 0);
  const state = Int32Array.from(START), w = new Int32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  for (let block = 0; block < blocks; block++) {
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(block * 64 + t * 4);
    for (let t = 16; t < 64; t++) {
      const a = w[t - 15], b = w[t - 2];
      w[t] = w[t - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[t - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 64; t++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[t] + w[t]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, t) => { state[t] += value; });
  }
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((value, t) => out.setInt32(t * 4, value));
  return new Uint8Array(out.buffer);
}

const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// --- randomness: SHA-256 of label, counter and key, cut into words of 48 bits

export function words(key, label) {
  let counter = 0, at = 30, digest;
  return () => {
    if (at === 30) {
      digest = sha256(join(utf8(`${VERSION}|${label}|${counter}|`), key));
      counter++;
      at = 0;
    }
    let word = 0;
    for (const end = at + 6; at < end; at++) word = word * 256 + digest[at];
    return word;
  };
}

function below(next, bound) {
  const limit = 2 ** 48 - (2 ** 48 % bound);
  let word = next();
  while (word >= limit) word = next();
  return word % bound;
}

// --- balanced selection: dependent rounding on a network of two trees

const mod = (value) => ((value % D) + D) % D;
const sum = (numbers) => numbers.reduce((total, value) => total + value, 0);

// code point order, which is the order of the UTF-8 bytes; UTF-16 units would put U+E000 behind the surrogates
const rank = (unit) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);
function compare(one, two) {
  const shorter = Math.min(one.length, two.length);
  for (let at = 0; at < shorter; at++) {
    const a = one.charCodeAt(at), b = two.charCodeAt(at);
    if (a !== b) return rank(a) - rank(b);
  }
  return one.length - two.length;
}

function grow(tree, units, place, value, coins) {
  const holds = new Map();
  for (const i of units) {
    if (!holds.has(tree.leaf[i])) holds.set(tree.leaf[i], []);
    holds.get(tree.leaf[i]).push(i);
  }
  const queue = [...holds].sort((one, two) => one[0] - two[0]);
  for (const [node, held] of queue) { // the queue grows while it is worked off
    const mass = sum(held.map((i) => value[i]));
    if (held.length === 1 || 2 * mass <= 3 * D) continue;
    const wide = place.map((axis) => {
      let low = Infinity, high = -Infinity;
      for (const i of held) {
        low = Math.min(low, axis[i]);
        high = Math.max(high, axis[i]);
      }
      return high - low;
    });
    const along = place[wide[0] < wide[1] ? 1 : 0];
    const inside = held.slice().sort((i, j) => along[i] - along[j] || i - j);
    const coin = coins();
    const whole = Math.floor(mass / D), rest = mass % D;
    const aim = Math.floor((whole + (coin % 2)) / 2) * D + (Math.floor(coin / 2) % 2) * rest;
    const target = whole > 1 ? aim : Math.floor(mass / 2);
    let cut = 1, total = value[inside[0]];
    for (let at = 2, left = total; at < inside.length; at++) {
      left += value[inside[at - 1]];
      if (Math.abs(left - target) <= Math.abs(total - target)) [cut, total] = [at, left];
    }
    for (const part of [inside.slice(0, cut), inside.slice(cut)]) {
      for (const i of part) tree.leaf[i] = tree.parent.length;
      queue.push([tree.parent.length, part]);
      tree.parent.push(node);
    }
  }
}

// edges [tail, head, amount]: the units first, then each tree's links, deepest first
function network(value, units, city, kinds) {
  const shift = city.parent.length;
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

const drop = (list, item) => list.splice(list.indexOf(item), 1);

function push(edges, alive, cycle, next) {
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

function settle({ edges, nodes }, next, flat) {
  const alive = Array.from({ length: nodes }, () => []); // fractional edges at each node, in order of their numbers
  edges.forEach(([tail, head, amount], e) => {
    if (mod(amount)) {
      alive[tail].push(e);
      alive[head].push(e);
    }
  });
  const place = new Int32Array(nodes).fill(-1);
  for (let start = nodes - 1; start >= 0; start--) {
    const path = [start], via = []; // via[t] leads from path[t] to path[t + 1]
    place[start] = 0;
    while (alive[start].length) {
      const node = path[path.length - 1], came = via.length ? via[via.length - 1] : -1;
      const others = alive[node].length - (via.length ? 1 : 0);
      if (others === 0) { // a dead end, in a flat network only: set the edge aside
        drop(alive[edges[came][0]], came);
        drop(alive[edges[came][1]], came);
        place[path.pop()] = -1;
        via.pop();
        continue;
      }
      const at = flat ? below(next, others) : 0;
      let edge = alive[node][at];
      if (via.length && (flat ? edge >= came : edge === came)) edge = alive[node][at + 1];
      const other = edges[edge][0] + edges[edge][1] - node;
      if (place[other] < 0) {
        place[other] = path.length;
        path.push(other);
        via.push(edge);
        continue;
      }
      const back = place[other];
      const cycle = [...via.slice(back), edge].map((e, t) => [e, edges[e][0] === path[back + t] ? 1 : -1]);
      push(edges, alive, cycle, next);
      const keep = flat ? 0 : back;
      for (const gone of path.slice(keep + 1)) place[gone] = -1;
      path.length = keep + 1;
      via.length = keep;
    }
    place[start] = -1;
  }
}

function forest(names) {
  const number = new Map([...new Set(names)].sort(compare).map((name, at) => [name, at + 1]));
  return { parent: [-1, ...new Array(number.size).fill(0)], leaf: names.map((name) => number.get(name)) };
}

function balanced(key, stage, points, chances, rules) {
  const value = chances.slice(), all = value.map((_, i) => i);
  const city = rules.streets ? forest(points.map((p) => p.street)) : { parent: [-1], leaf: value.map(() => 0) };
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

const even = (amount, among, at) => Math.floor(amount / among) + (at < amount % among ? 1 : 0);

function shuffled(key, label, items) {
  const next = words(key, label);
  return items.map((i) => [next(), i]).sort((one, two) => one[0] - two[0] || one[1] - two[1]).map(([, i]) => i);
}

export function draw(points, rules, key) {
  const drawn = balanced(key, "sample", points, points.map((p) => p.prob), rules);
  const day = new Map(drawn.map((i) => [i, rules.days]));
  let rest = drawn;
  for (let today = 1; today < rules.days; today++) {
    const count = Math.floor(drawn.length / rules.days) + (today <= drawn.length % rules.days ? 1 : 0);
    if (!count) continue;
    const chances = rest.map((_, at) => even(count * D, rest.length, at));
    for (const at of balanced(key, `day ${today}`, rest.map((i) => points[i]), chances, rules)) day.set(rest[at], today);
    rest = rest.filter((i) => day.get(i) === rules.days);
  }
  const asked = new Map(Object.entries(rules.reserves)), there = new Map(), seen = new Map();
  const spare = [...points.keys()].filter((i) => !day.has(i) && asked.get(points[i].category));
  for (const i of spare) there.set(points[i].category, (there.get(points[i].category) || 0) + 1);
  const chances = spare.map((i) => {
    const name = points[i].category, at = seen.get(name) || 0;
    seen.set(name, at + 1);
    return even(asked.get(name) * D, there.get(name), at);
  });
  const kept = balanced(key, "reserve", spare.map((i) => points[i]), chances, rules).map((at) => spare[at]);
  return {
    sample: shuffled(key, "ticket", drawn).map((i, at) => ({ id: points[i].id, day: day.get(i), ticket: at + 1 })),
    reserves: shuffled(key, "reserve ticket", kept).map((i, at) => ({ id: points[i].id, ticket: drawn.length + at + 1 })),
  };
}

// --- what was published: its shape, its hashes, and whether everything agrees

const TEXT = /^[^\ud800-\udfff]*$/u, HEX = /^[0-9a-f]{64}$/, MOST = 2 ** 22;
const CM = [-(2 ** 32), 2 ** 32];
const RULES = {
  version: /^xundian-draw-1$/, round: TEXT, public_number: TEXT, streets: "boolean",
  number_form: /^([1-9][0-9]?(\+[1-9][0-9]?)?|[dh][1-9][0-9]{0,2}|text)$/,
  points: [1, MOST], days: [1, 366], independent_share: [0, D], link_position: [1, MOST], voids: [0, MOST],
  quotas: { "*": [1, MOST] }, reserves: { "*": [0, MOST] }, shares: [{ party: TEXT, sha256: HEX }],
  chain_end: HEX, previous: /^([0-9a-f]{64})?$/,
};
const POINT = { id: TEXT, category: TEXT, x_cm: CM, y_cm: CM, prob: [1, D], salt: /^[0-9a-f]{32}$/ };
const PARTS = {
  root: HEX, link: HEX, shares: [TEXT], public_number: TEXT,
  reserves: [{ id: TEXT, ticket: [1, MOST] }], sample: [{ id: TEXT, ticket: [1, MOST], day: [1, 366] }],
};

// a shape is a pattern, a range, a type, a list of one shape, or an object of shapes
function shaped(value, shape) {
  if (shape instanceof RegExp) return typeof value === "string" && shape.test(value);
  if (typeof shape === "string") return typeof value === shape;
  if (shape.length === 2) return Number.isInteger(value) && shape[0] <= value && value <= shape[1];
  if (Array.isArray(shape)) return Array.isArray(value) && value.every((one) => shaped(one, shape[0]));
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const names = Object.keys(value);
  if (shape["*"]) return names.every((name) => TEXT.test(name) && shaped(value[name], shape["*"]));
  return names.length === Object.keys(shape).length && names.every((name) => Object.hasOwn(shape, name) && shaped(value[name], shape[name]));
}

function misshapen(doc) {
  const found = shaped(doc.parameters, RULES) ? [] : ["form: parameters"];
  const point = !found.length && doc.parameters.streets ? { ...POINT, street: TEXT } : POINT;
  if (found.length || !shaped(doc.frame, [point]) || doc.frame.length !== doc.parameters.points) found.push("form: frame");
  return found.concat(Object.keys(PARTS).filter((part) => !shaped(doc[part], PARTS[part])).map((part) => `form: ${part}`));
}

function fits(value, form) {
  if (form === "text") return /^[0-9a-z,+.:/-]{1,200}$/.test(value);
  if (form[0] === "d" || form[0] === "h") {
    return value.length === Number(form.slice(1)) && (form[0] === "d" ? /^[0-9]*$/ : /^[0-9a-f]*$/).test(value);
  }
  const zones = value.split("+").map((zone) => zone.split(","));
  const ascend = zones.every((zone) => zone.every((one, at) => /^[0-9]{2}$/.test(one) && (at === 0 || zone[at - 1] < one)));
  return ascend && zones.map((zone) => zone.length).join("+") === form;
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort(compare);
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

const digest = (value) => hex(sha256(value instanceof Uint8Array ? value : utf8(canonical(value))));

function merkle(frame) {
  let level = frame.map((p) => {
    const line = `${canonical([p.id, p.category, p.street || "", p.x_cm, p.y_cm, p.prob])}\n`;
    return sha256(join([0], unhex(p.salt), utf8(line)));
  });
  while (level.length > 1) {
    const above = [];
    for (let i = 0; i < level.length; i += 2) above.push(i + 1 < level.length ? sha256(join([1], level[i], level[i + 1])) : level[i]);
    level = above;
  }
  return hex(level[0]);
}

// Climb from an owner's receipt: the root that its path leads to, null when it isn't formed like one.
export function rootOf({ point, index, points, path }) {
  if (!shaped(point, { ...POINT, street: TEXT }) || !shaped(path, [HEX])) return null;
  const ranges = shaped(points, [1, MOST]) && shaped(index, [0, points - 1]);
  if (!ranges) return null;
  const line = `${canonical([point.id, point.category, point.street, point.x_cm, point.y_cm, point.prob])}\n`;
  let node = sha256(join([0], unhex(point.salt), utf8(line)));
  const left = path.map(unhex);
  for (let at = index, count = points; count > 1; at = Math.floor(at / 2), count = Math.ceil(count / 2)) {
    const partner = at % 2 ? at - 1 : at + 1;
    if (partner >= count) continue;
    if (!left.length) return null;
    const other = left.shift();
    node = sha256(at % 2 ? join([1], other, node) : join([1], node, other));
  }
  return left.length ? null : hex(node);
}

// Seal a day's release; compare it with the seal that was published when the round was drawn. null: it isn't one.
export function sealOf({ day_key: subkey, day, sample }) {
  const rows = Array.isArray(sample) && sample.every(isRow);
  return rows && shaped(subkey, HEX) && shaped(day, [1, 366]) ? digest([`${VERSION} seal`, subkey, day, sample]) : null;
}

const isRow = (row) => Array.isArray(row) && row.length === 2 && shaped(row[0], TEXT) && shaped(row[1], [1, MOST]);

function undrawable({ parameters, frame }) {
  const quotas = new Map(Object.entries(parameters.quotas)), reserves = new Map(Object.entries(parameters.reserves));
  const mass = new Map(), members = new Map();
  for (const p of frame) {
    mass.set(p.category, (mass.get(p.category) || 0) + p.prob);
    members.set(p.category, (members.get(p.category) || 0) + 1);
  }
  const found = frame.every((p, at) => at === 0 || compare(frame[at - 1].id, p.id) < 0) ? [] : ["order: the frame"];
  const names = [...new Set([...mass.keys(), ...quotas.keys()])].sort(compare);
  const off = names.filter((name) => (mass.get(name) || 0) !== (quotas.get(name) || 0) * D).map((name) => `quotas: ${name}`);
  const left = (name) => (members.get(name) || 0) - (quotas.get(name) || 0);
  const many = [...reserves.keys()].sort(compare).filter((name) => reserves.get(name) > left(name));
  return [...found, ...off, ...many.map((name) => `reserves: ${name}`)];
}

function disagreements(doc) {
  const rules = doc.parameters, found = undrawable(doc);
  let link = unhex(doc.link);
  for (let step = 0; step < rules.link_position; step++) link = sha256(link);
  const shares = doc.shares.map((share) => digest(utf8(share)));
  const checks = [
    ["root: the frame is not the committed one", merkle(doc.frame) === doc.root],
    ["link: the secret does not lead to the end of the chain", hex(link) === rules.chain_end],
    ["shares: they are not the committed ones", canonical(shares) === canonical(rules.shares.map((share) => share.sha256))],
    ["public number: it has not the committed form", fits(doc.public_number, rules.number_form)],
  ];
  if (!found.length) {
    const key = digest([`${VERSION} key`, doc.root, digest(rules), doc.link, doc.shares, doc.public_number]);
    const { sample, reserves } = draw(doc.frame, rules, unhex(key));
    checks.push(["sample: the redraw gives another one", canonical(doc.sample) === canonical(sample)]);
    checks.push(["reserves: the redraw gives others", canonical(doc.reserves) === canonical(reserves)]);
  }
  return found.concat(checks.filter(([, fine]) => !fine).map(([fault]) => fault));
}

// Read the text of a reveal; null when it is no JSON.
export function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Verify what parse() gave: { valid, faults, facts }; facts (null when the form is wrong) are what to compare with the publication.
export function verify(document) {
  const doc = document !== null && typeof document === "object" && !Array.isArray(document) ? document : {};
  const form = misshapen(doc);
  if (form.length) return { valid: false, faults: form, facts: null };
  const faults = disagreements(doc), rules = doc.parameters;
  const facts = {
    round: rules.round,
    points: rules.points,
    drawn: doc.sample.length,
    commitment: digest([`${VERSION} commitment`, doc.root, digest(rules)]),
    chain_end: rules.chain_end,
    link_position: rules.link_position,
    voids: rules.voids,
    public_name: rules.public_number,
    public_number: doc.public_number,
  };
  return { valid: faults.length === 0, faults, facts };
}
