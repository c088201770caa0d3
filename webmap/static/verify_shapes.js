// What the published files look like: each part's shape, in both forms of a commitment, so that nothing else has to doubt a value.
import { D } from "./verify_trees.js";

/** @typedef {{ id: string, category: string, street?: string, x_cm: number, y_cm: number, prob: number, salt: string }} Point */
/** @typedef {{ secrets_root: string, secrets_count: number }} Year */
/** @typedef {{ round: string, public_number: string, number_form: string, streets: boolean, points: number, days: number, independent_share: number }} Asked */
/** @typedef {{ version: string, quotas: Record<string, number>, reserves: Record<string, number>, shares: { party: string, sha256: string }[], voids: number, previous: string }} Fixed */
/** @typedef {{ chain_end: string, link_position: number }} Chained */
/** @typedef {Year & { source: string, period: string, position: number, replacements_limit: number }} Rooted */
/** @typedef {Asked & Fixed & Chained & Rooted} Rules of the one form or the other */
/** @typedef {{ position: number, root: string, parameters_hash: string, source: string, period: string, previous: string }} Named */
/** @typedef {Named & { commitment: string, state: string, reason: string, secret: string, secret_path: string[] }} Line of the list of commitments */
/** @typedef {{ id: string, day: number, ticket: number }} Row */
/** @typedef {{ out: string, into: string, reason: string }} Replaced */
/** @typedef {{ root: string, shares: string[], public_number: string, sample: Row[], reserves: { id: string, ticket: number }[] }} Opened */
/** @typedef {{ link: string, secret: string, secret_path: string[], commitments: Line[], replacements: Replaced[] }} Proved */
/** @typedef {Opened & Proved & { parameters: Rules, frame: Point[] }} Reveal of the one form or the other */
/** @typedef {Year & { year: number, master: string, commitments: Line[] }} Closing */

export const CHAINED = "xundian-draw-1", ROOTED = "xundian-draw-2"; // the forms of a commitment
export const TEXT = /^[^\ud800-\udfff]*$/u, HEX = /^[0-9a-f]{64}$/, MOST = 2 ** 22;
const CM = [-(2 ** 32), 2 ** 32], SECRETS = [1, 10_000], MAYBE = /^([0-9a-f]{64})?$/;
const RULES = {
  round: TEXT, public_number: TEXT, streets: "boolean", previous: MAYBE,
  number_form: /^([1-9][0-9]?(\+[1-9][0-9]?)?|[dh][1-9][0-9]{0,2}|text)$/,
  points: [1, MOST], days: [1, 366], independent_share: [0, D], voids: [0, MOST],
  quotas: { "*": [1, MOST] }, reserves: { "*": [0, MOST] }, shares: [{ party: TEXT, sha256: HEX }],
};
export const POINT = { id: TEXT, category: TEXT, x_cm: CM, y_cm: CM, prob: [1, D], salt: /^[0-9a-f]{32}$/ };
const PARTS = {
  root: HEX, shares: [TEXT], public_number: TEXT,
  reserves: [{ id: TEXT, ticket: [1, MOST] }], sample: [{ id: TEXT, ticket: [1, MOST], day: [1, 366] }],
};
const NUMBER = { source: TEXT, period: TEXT }, YEAR = { secrets_root: HEX, secrets_count: SECRETS };
const LINE = {
  ...NUMBER, position: SECRETS, root: HEX, parameters_hash: HEX, previous: MAYBE, commitment: HEX,
  state: /^(open|drawn|revealed|void)$/, reason: TEXT, secret: MAYBE, secret_path: [HEX],
};
const CLOSING = { ...YEAR, version: /^xundian-draw-2$/, year: [1, 9999], master: HEX, commitments: [LINE] };
const CHAINED_FORM = {
  rules: { ...RULES, version: /^xundian-draw-1$/, chain_end: HEX, link_position: [1, MOST] },
  parts: { ...PARTS, link: HEX },
};
const ROOTED_FORM = {
  rules: { ...RULES, ...NUMBER, ...YEAR, version: /^xundian-draw-2$/, position: SECRETS, replacements_limit: [0, MOST] },
  parts: {
    ...PARTS, secret: HEX, secret_path: [HEX], commitments: [LINE],
    replacements: [{ out: TEXT, into: TEXT, reason: TEXT }],
  },
};

/**
 * Tell whether a value from JSON has a shape: a pattern, a range, a type, a list of one shape, or an object of shapes.
 * @param {any} value
 * @param {any} shape
 * @returns {boolean}
 */
export function shaped(value, shape) {
  if (shape instanceof RegExp) return typeof value === "string" && shape.test(value);
  if (typeof shape === "string") return typeof value === shape;
  if (shape.length === 2) return Number.isInteger(value) && shape[0] <= value && value <= shape[1];
  if (Array.isArray(shape)) return Array.isArray(value) && value.every((one) => shaped(one, shape[0]));
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const names = Object.keys(value);
  if (shape["*"]) return names.every((name) => TEXT.test(name) && shaped(value[name], shape["*"]));
  return names.length === Object.keys(shape).length && names.every((name) => Object.hasOwn(shape, name) && shaped(value[name], shape[name]));
}

/** Name the parts of a reveal that are missing or aren't what they should be. @param {any} doc an object @returns {string[]} */
export function misshapen(doc) {
  const form = doc.parameters?.version === CHAINED ? CHAINED_FORM : ROOTED_FORM;
  const found = shaped(doc.parameters, form.rules) ? [] : ["form: parameters"];
  const point = !found.length && doc.parameters.streets ? { ...POINT, street: TEXT } : POINT;
  if (found.length || !shaped(doc.frame, [point]) || doc.frame.length !== doc.parameters.points) found.push("form: frame");
  return found.concat(Object.entries(form.parts).filter(([part, shape]) => !shaped(doc[part], shape)).map(([part]) => `form: ${part}`));
}

/** Tell whether a value is the closing of a year. @param {any} doc */
export const isClosing = (doc) => shaped(doc, CLOSING);

/** Tell whether a public number is written in the one way that its form allows. @param {string} value @param {string} form */
export function fits(value, form) {
  if (form === "text") return /^[0-9a-z,+.:/-]{1,200}$/.test(value);
  if (form[0] === "d" || form[0] === "h") {
    return value.length === Number(form.slice(1)) && (form[0] === "d" ? /^[0-9]*$/ : /^[0-9a-f]*$/).test(value);
  }
  const zones = value.split("+").map((zone) => zone.split(","));
  const ascend = zones.every((zone) => zone.every((one, at) => /^[0-9]{2}$/.test(one) && (at === 0 || zone[at - 1] < one)));
  return ascend && zones.map((zone) => zone.length).join("+") === form;
}
