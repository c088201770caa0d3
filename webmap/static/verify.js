// Verify a revealed draw in the browser, offline: the same rules as routing/draw/verifier.py, written out in docs/draw.md.
// verify(parse(text)) gives { valid, faults, facts }. No library, no request.
import { closingFacts, closingFaults } from "./verify_closing.js";
import { draw } from "./verify_draw.js";
import { canonical, commitmentOf, digest, keyOf, leads, leafOf, rootAbove } from "./verify_hashes.js";
import { listFaults, positions, unaccounted } from "./verify_list.js";
import { compare } from "./verify_order.js";
import { replacementFaults } from "./verify_replacements.js";
import { hex, sha256, unhex, utf8 } from "./verify_sha256.js";
import { CHAINED, fits, misshapen } from "./verify_shapes.js";
import { D } from "./verify_trees.js";

/** @typedef {import("./verify_shapes.js").Reveal} Reveal */
/** @typedef {{ valid: boolean, faults: string[], facts: any }} Verdict facts (null when the form is wrong) are what to compare with the publication */

/** Name what keeps the frame from being drawn from. @param {Reveal} doc @returns {string[]} */
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
  const left = (/** @type {string} */ name) => (members.get(name) || 0) - (quotas.get(name) || 0);
  const many = [...reserves.keys()].sort(compare).filter((name) => (reserves.get(name) ?? 0) > left(name));
  return [...found, ...off, ...many.map((name) => `reserves: ${name}`)];
}

/** Tell whether a link leads to the end of its chain. @param {Reveal} doc */
function linked({ link, parameters }) {
  /** @type {Uint8Array} */
  let end = unhex(link);
  for (let step = 0; step < parameters.link_position; step++) end = sha256(end);
  return hex(end) === parameters.chain_end;
}

/** Name what the hashes of a reveal contradict. @param {Reveal} doc @returns {string[]} */
function bindingFaults(doc) {
  const rules = doc.parameters, shares = doc.shares.map((share) => digest(utf8(share)));
  const secret = rules.version === CHAINED
    ? { fine: linked(doc), fault: "link: the secret does not lead to the end of the chain" }
    : { fine: leads({ ...doc, position: rules.position }, rules), fault: "secret: it does not lead to the root of the year" };
  return [
    ...(rootAbove(doc.frame.map(leafOf)) === doc.root ? [] : ["root: the frame is not the committed one"]),
    ...(secret.fine ? [] : [secret.fault]),
    ...(canonical(shares) === canonical(rules.shares.map((share) => share.sha256)) ? [] : ["shares: they are not the committed ones"]),
    ...(fits(doc.public_number, rules.number_form) ? [] : ["public number: it has not the committed form"]),
  ];
}

/** Name what drawing again contradicts. @param {Reveal} doc @returns {string[]} */
function drawFaults(doc) {
  const { sample, reserves } = draw(doc.frame, doc.parameters, unhex(keyOf(doc)));
  return [
    ...(canonical(doc.sample) === canonical(sample) ? [] : ["sample: the redraw gives another one"]),
    ...(canonical(doc.reserves) === canonical(reserves) ? [] : ["reserves: the redraw gives others"]),
  ];
}

/** Name what the list of commitments contradicts. @param {Reveal} doc @returns {string[]} */
function publicFaults(doc) {
  const rules = doc.parameters, own = commitmentOf(doc.root, rules);
  const here = doc.commitments.some((one) => one.position === rules.position && one.commitment === own);
  return [...listFaults(doc.commitments, rules), ...(here ? [] : ["commitments: this one is not in the list"])];
}

/** Name everything that is wrong with a reveal that has the form. @param {Reveal} doc @returns {string[]} */
function revealFaults(doc) {
  const frame = undrawable(doc), drawn = frame.length ? null : drawFaults(doc);
  const found = [...frame, ...bindingFaults(doc), ...(drawn ?? [])];
  if (doc.parameters.version === CHAINED) return found;
  return [...found, ...publicFaults(doc), ...(drawn?.length === 0 ? replacementFaults(doc) : [])];
}

/** Return what to compare of a reveal with what was published before. @param {Reveal} doc */
function revealFacts(doc) {
  const rules = doc.parameters, lines = doc.commitments;
  const found = {
    round: rules.round, points: rules.points, drawn: doc.sample.length, commitment: commitmentOf(doc.root, rules),
    voids: rules.voids, public_name: rules.public_number, public_number: doc.public_number,
  };
  if (rules.version === CHAINED) return { ...found, chain_end: rules.chain_end, link_position: rules.link_position };
  const { secrets_root, secrets_count, position, previous } = rules;
  const same = lines.filter((one) => one.source === rules.source && one.period === rules.period);
  return {
    ...found, secrets_root, secrets_count, position, previous, same_number: same.map((one) => one.position),
    open: positions(lines, "open"), void: positions(lines, "void"), unaccounted: unaccounted(lines, position),
    replaced: doc.replacements.length, replacements_limit: rules.replacements_limit,
  };
}

/** Read the text of a published file; null when it is no JSON. @param {string} text @returns {any} */
export function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Verify what parse() gave. @param {any} value @returns {Verdict} */
export function verify(value) {
  const doc = value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
  const closing = Object.hasOwn(doc, "master"), first = closing ? closingFaults(doc) : misshapen(doc);
  if (first.some((fault) => fault.startsWith("form:"))) return { valid: false, faults: first, facts: null };
  const faults = closing ? first : revealFaults(doc);
  return { valid: faults.length === 0, faults, facts: closing ? closingFacts(doc) : revealFacts(doc) };
}
