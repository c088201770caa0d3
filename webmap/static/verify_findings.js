// What is shown of each kind of file: its verdict, what to compare with what was published, every check, the sample.
import { number, settings, t } from "./texts.js";
import { verify } from "./verify.js";
import { checkList } from "./verify_checks.js";
import { rootOf, sealOf } from "./verify_receipts.js";
import { code, element, pairs, searched, section, table } from "./verify_view.js";

/** @typedef {import("./verify_view.js").Pairs} Pairs */
/** @typedef {{ fine: boolean, text: string, parts: Node[] }} Findings */

const D_OF_PROB = 2 ** 30;

const named = (/** @type {string} */ category) => settings.categories?.[category] ?? category;
const many = (/** @type {number[]} */ found) => found.map(number).join(", ") || "–";

/** Compare a hash with what was typed; without it the hint asks to. @param {string} own @param {string} typed */
function compared(own, typed) {
  if (!typed) return { fine: true, hint: t("Compare it with what was published before.") };
  return typed === own ? { fine: true, hint: `✓ ${t("It is the published one.")}` } : { fine: false, hint: `✗ ${t("It is not the published one.")}` };
}

/** Say under what secrets a reveal stands, and what else was committed with them. @param {any} of @returns {Pairs} */
function standing(of) {
  if ("chain_end" in of) return [[t("End of the chain"), code(of.chain_end), t("link {position}", { position: of.link_position })]];
  return [
    [t("Root of the year's secrets"), code(of.secrets_root), t("Compare it with what was published before.")],
    [t("Position"), t("{position} of {count}", { position: of.position, count: of.secrets_count }), ""],
    [t("Commitments of this number and period"), many(of.same_number), ""],
    [t("Not accounted for before it"), many(of.unaccounted), of.unaccounted.length ? t("Ask the office for these numbers.") : ""],
    [t("Void"), many(of.void), ""], [t("Still open"), many(of.open), ""],
    [t("Replaced on a reason alone"), t("{count} of at most {limit}", { count: of.replaced, limit: of.replacements_limit }), ""],
  ];
}

/** @param {any} doc @param {string} typed @returns {Findings} */
function ofReveal(doc, typed) {
  const { valid, faults, facts: of } = verify(doc);
  const same = of ? compared(of.commitment, typed) : { fine: true, hint: "" };
  const form = (of ? "chain_end" in of : doc?.parameters?.chain_end !== undefined) ? "chained" : "rooted";
  const parts = [section(t("Every check"), checkList(faults, form))];
  if (of) {
    parts.unshift(section(t("Compare these with what was published"), pairs([
      [t("Public number"), element("span", {}, `${of.public_name} = `, element("b", {}, of.public_number)), t("Look it up at its source.")],
      [t("Commitment"), code(of.commitment), same.hint],
      ...standing(of),
      [t("Voided before"), String(of.voids), ""],
    ])));
    parts.push(...listed(doc, of));
  }
  const bad = valid ? t("The draw is sound, but it is not the one that was published.") : t("The draw is not what it says.");
  return { fine: valid && same.fine, text: valid && same.fine ? t("The draw is what it says.") : bad, parts };
}

/** @param {any} doc @param {any} of */
function listed(doc, of) {
  const rules = doc.parameters;
  /** @type {Map<string, import("./verify_shapes.js").Point>} */
  const points = new Map(doc.frame.map((/** @type {any} */ point) => [point.id, point]));
  const chance = (/** @type {string} */ id) => ((points.get(id)?.prob ?? NaN) / D_OF_PROB).toFixed(4).replace("NaN", "–");
  const kind = (/** @type {string} */ id) => named(points.get(id)?.category ?? "–");
  const quotas = Object.entries(rules.quotas).map(([name, quota]) => [named(name), String(quota), rules.reserves[name] ?? 0]);
  const lost = (doc.replacements ?? []).map((/** @type {any} */ one) => [one.out, one.into || "–", one.reason]);
  return [
    section(t("Parameters"), pairs([
      [t("Round"), of.round], [t("Points in the frame"), number(of.points)], [t("Days"), String(rules.days)],
      [t("Independent share"), `${(rules.independent_share / D_OF_PROB * 100).toFixed(1)} %`],
      [t("Every street office its expected number"), rules.streets ? t("yes") : t("no")],
      [t("Third parties"), rules.shares.map((/** @type {any} */ share) => share.party).join(", ") || "–"],
    ]), element("details", { className: "fold" }, element("summary", {}, t("Quotas")), table([t("Category"), t("Quota"), t("Reserves")], quotas))),
    ...(lost.length ? [searched(t("Replaced"), lost.length, [t("Checkpoint"), t("Came in"), t("Reason")], lost)] : []),
    searched(t("Sample"), doc.sample.length, [t("Checkpoint"), t("Day"), t("Ticket"), t("Category"), t("Chance")],
      doc.sample.map((/** @type {any} */ row) => [row.id, row.day, row.ticket, kind(row.id), chance(row.id)])),
  ];
}

/** @param {any} doc @param {string} typed @returns {Findings} */
function ofReceipt(doc, typed) {
  const root = rootOf(doc), fine = root !== null && root === (doc.root ?? root);
  const text = fine ? t("This checkpoint was in the frame with this root.") : t("The receipt does not lead to its root.");
  if (root === null) return { fine, text, parts: [] };
  const parts = [element("section", {}, pairs([
    [t("Checkpoint"), doc.point.id], [t("Category"), named(doc.point.category)],
    [t("Chance"), (doc.point.prob / D_OF_PROB).toFixed(6)], [t("Root"), code(root), compared(root, typed).hint],
  ]))];
  return { fine, text, parts };
}

/** @param {any} doc @param {string} typed @returns {Findings} */
function ofDay(doc, typed) {
  const seal = sealOf(doc);
  if (seal === null) return { fine: false, text: t("This is no release of a day."), parts: [] };
  const fine = !typed || typed === seal;
  return {
    fine, text: fine ? t("Compare the seal of this day with the published one.") : t("It is not the published one."), parts: [
      element("section", {}, pairs([[t("Round"), String(doc.round)], [t("Day"), String(doc.day)], [t("Seal"), code(seal), typed && fine ? `✓ ${t("It is the published one.")}` : ""]])),
      searched(t("Sample"), doc.sample.length, [t("Checkpoint"), t("Ticket")], doc.sample),
    ],
  };
}

/** @param {any} doc @param {string} typed @returns {Findings} */
function ofClosing(doc, typed) {
  const { valid, faults, facts: of } = verify(doc);
  const lines = of ? doc.commitments : [];
  /** @type {Record<string, string>} */
  const states = { open: t("Still open"), drawn: t("Drawn, not revealed"), revealed: t("Revealed"), void: t("Void") };
  const there = !typed || lines.some((/** @type {any} */ one) => one.commitment === typed);
  const parts = [section(t("Every check"), checkList(faults, "closing"))];
  if (of) {
    parts.unshift(section(t("Compare these with what was published"), pairs([
      [t("Year"), String(of.year)],
      [t("Root of the year's secrets"), code(of.secrets_root), t("Compare it with what was published before.")],
      [t("Secrets"), number(of.secrets_count)], [t("Last commitment"), code(of.last)],
      [t("Commitment"), typed ? code(typed) : "–", typed ? (there ? `✓ ${t("It is in the list.")}` : `✗ ${t("It is not in the list.")}`) : t("Type one that you know, to look for it in the list.")],
      [t("Revealed"), many(of.revealed)], [t("Void"), many(of.void)], [t("Not accounted for"), many(of.unaccounted)],
    ])));
    parts.push(searched(t("Commitments"), lines.length, [t("Position"), t("Public number"), t("State")],
      lines.map((/** @type {any} */ one) => [one.position, `${one.source} ${one.period}`, states[one.state]])));
  }
  const bad = valid ? t("The year adds up, but the commitment that was published is not in its list.") : t("The year is not what it says.");
  return { fine: valid && there, text: valid && there ? t("The year adds up.") : bad, parts };
}

/** Verify any published file. @param {any} value of parse() @param {string} typed a hash that was published before, or nothing @returns {Findings} */
export function findings(value, typed) {
  const doc = value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
  if ("master" in doc) return ofClosing(doc, typed);
  if ("path" in doc) return ofReceipt(doc, typed);
  return "day_key" in doc ? ofDay(doc, typed) : ofReveal(value, typed);
}
