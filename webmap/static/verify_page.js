// The page that verifies a draw: reads the chosen file, says every check in words, lists the sample. Nothing leaves the page.
import { number, settings, t } from "./texts.js";
import { parse, rootOf, sealOf, verify } from "./verify.js";

const D_OF_PROB = 2 ** 30;
const ROWS = 500; // of a list at once
const $ = (id) => document.getElementById(id);

function element(name, options = {}, ...children) {
  const { className, ...attributes } = options;
  const made = document.createElement(name);
  if (className) made.className = className;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

// every check: the faults that belong to it, and what it says
const checks = () => [
  ["form:", t("The file has the form of a reveal.")],
  ["order:", t("The points stand in the order of their ids, none twice.")],
  ["quotas:", t("The chances of each category add up to its quota.")],
  ["reserves: ", t("There are enough points for the reserves.")],
  ["root:", t("The roster is the committed one: its hashes lead to the root.")],
  ["link:", t("The secret leads to the end of the chain that was published first.")],
  ["shares:", t("The numbers of third parties are the committed ones.")],
  ["public number:", t("The public number has the committed form.")],
  ["sample:", t("Drawing again gives the same sample, days and tickets.")],
  ["reserves: the", t("Drawing again gives the same reserves.")],
];
const NEED_FORM = new Set(["order:", "quotas:", "reserves: ", "root:", "link:", "shares:", "public number:", "sample:", "reserves: the"]);
const NEED_FRAME = new Set(["sample:", "reserves: the"]);

function states(faults) {
  const found = (prefix) => faults.filter((fault) => (
    prefix === "reserves: " ? fault.startsWith(prefix) && !fault.startsWith("reserves: the") : fault.startsWith(prefix)
  ));
  const misshapen = found("form:").length > 0;
  const undrawable = ["order:", "quotas:", "reserves: "].some((prefix) => found(prefix).length > 0);
  return checks().map(([prefix, text]) => {
    const skipped = (misshapen && NEED_FORM.has(prefix)) || (undrawable && NEED_FRAME.has(prefix));
    const own = skipped ? [] : found(prefix);
    return { text, own, state: skipped ? "skipped" : own.length ? "bad" : "good" };
  });
}

const MARKS = { good: "✓", bad: "✗", skipped: "–" };

function checkList(faults) {
  const said = { good: t("yes"), bad: t("no"), skipped: t("could not be checked") };
  return element("ul", { className: "checks" }, ...states(faults).map(({ text, own, state }) => element(
    "li", { className: state },
    element("b", { "aria-label": said[state] }, MARKS[state]),
    element("span", {}, text, state === "skipped" ? element("small", { className: "dim" }, ` ${said.skipped}`) : null,
      own.length ? element("small", { className: "where" }, own.join("; ")) : null),
  )));
}

function facts(rows) {
  return element("dl", { className: "facts" }, ...rows.flatMap(([name, value, hint]) => [
    element("dt", {}, name), element("dd", {}, value, hint ? element("small", { className: "dim" }, ` ${hint}`) : null),
  ]));
}

const named = (category) => settings.categories?.[category] ?? category;
const code = (text) => element("code", {}, text);

function table(head, rows) {
  return element("table", { className: "list" },
    element("thead", {}, element("tr", {}, ...head.map((text, at) => element("th", { scope: "col", className: at ? "num" : "" }, text)))),
    element("tbody", {}, ...rows.map(([first, ...rest]) => element("tr", {},
      element("th", { scope: "row" }, first), ...rest.map((text) => element("td", { className: "num" }, String(text)))))));
}

// a list that is searched by typing; long ones show their first rows
function searched(title, count, head, rows) {
  const box = element("input", { type: "search", "aria-label": t("Search this list"), placeholder: t("Search this list") });
  const place = element("div", { className: "scroll" });
  const more = element("p", { className: "dim small" });
  const show = () => {
    const wanted = box.value.trim().toLowerCase();
    const hits = wanted ? rows.filter((row) => row.some((cell) => String(cell).toLowerCase().includes(wanted))) : rows;
    place.replaceChildren(table(head, hits.slice(0, ROWS)));
    more.textContent = hits.length > ROWS ? t("The first {shown} of {all}.", { shown: number(ROWS), all: number(hits.length) }) : "";
  };
  box.addEventListener("input", show);
  show();
  return element("section", {}, element("h2", {}, title, element("span", { className: "count" }, number(count))), box, place, more);
}

function verdict(valid, text) {
  $("verdict").replaceChildren(element("p", { className: valid ? "verdict good" : "verdict bad", role: valid ? "status" : "alert" },
    element("b", { "aria-hidden": "true" }, valid ? "✓" : "✗"), ` ${text}`));
}

function compared(own) {
  const typed = $("published").value.trim().toLowerCase();
  if (!typed) return { fine: true, hint: t("Compare it with what was published before.") };
  return typed === own ? { fine: true, hint: `✓ ${t("It is the published one.")}` } : { fine: false, hint: `✗ ${t("It is not the published one.")}` };
}

function ofReveal(doc) {
  const { valid, faults, facts: of } = verify(doc);
  const same = of ? compared(of.commitment) : { fine: true };
  const all = valid && same.fine;
  if (all) verdict(true, t("The draw is what it says."));
  else verdict(false, valid ? t("The draw is sound, but it is not the one that was published.") : t("The draw is not what it says."));
  const parts = [element("section", {}, element("h2", {}, t("Every check")), checkList(faults))];
  if (of) {
    parts.unshift(element("section", {}, element("h2", {}, t("Compare these with what was published")), facts([
      [t("Public number"), element("span", {}, `${of.public_name} = `, element("b", {}, of.public_number)), t("Look it up at its source.")],
      [t("Commitment"), code(of.commitment), same.hint],
      [t("End of the chain"), code(of.chain_end), t("link {position}", { position: of.link_position })],
      [t("Voided before"), String(of.voids), ""],
    ])));
    parts.push(...listed(doc, of));
  }
  return parts;
}

function listed(doc, of) {
  const rules = doc.parameters, points = new Map(doc.frame.map((point) => [point.id, point]));
  const chance = (id) => (points.has(id) ? (points.get(id).prob / D_OF_PROB).toFixed(4) : "–");
  const kind = (id) => (points.has(id) ? named(points.get(id).category) : "–");
  return [
    element("section", {}, element("h2", {}, t("Parameters")), facts([
      [t("Round"), of.round], [t("Points in the frame"), number(of.points)], [t("Days"), String(rules.days)],
      [t("Independent share"), `${(rules.independent_share / D_OF_PROB * 100).toFixed(1)} %`],
      [t("Every street office its expected number"), rules.streets ? t("yes") : t("no")],
      [t("Third parties"), rules.shares.map((share) => share.party).join(", ") || "–"],
    ]), element("details", { className: "fold" }, element("summary", {}, t("Quotas")),
      table([t("Category"), t("Quota"), t("Reserves")], Object.entries(rules.quotas).map(([name, quota]) => [named(name), quota, rules.reserves[name] ?? 0])))),
    searched(t("Sample"), doc.sample.length, [t("Checkpoint"), t("Day"), t("Ticket"), t("Category"), t("Chance")],
      doc.sample.map((row) => [row.id, row.day, row.ticket, kind(row.id), chance(row.id)])),
  ];
}

function ofReceipt(doc) {
  const root = rootOf(doc), published = $("published").value.trim().toLowerCase();
  const fine = root !== null && root === (doc.root ?? root);
  verdict(fine, fine ? t("This checkpoint was in the frame with this root.") : t("The receipt does not lead to its root."));
  if (root === null) return [];
  return [element("section", {}, facts([
    [t("Checkpoint"), doc.point.id], [t("Category"), named(doc.point.category)],
    [t("Chance"), (doc.point.prob / D_OF_PROB).toFixed(6)],
    [t("Root"), code(root), published ? (published === root ? `✓ ${t("It is the published one.")}` : `✗ ${t("It is not the published one.")}`) : t("Compare it with what was published before.")],
  ]))];
}

function ofDay(doc) {
  const seal = sealOf(doc), published = $("published").value.trim().toLowerCase();
  const fine = seal !== null && (!published || published === seal);
  verdict(fine, seal === null ? t("This is no release of a day.") : fine ? t("Compare the seal of this day with the published one.") : t("It is not the published one."));
  if (seal === null) return [];
  return [
    element("section", {}, facts([[t("Round"), String(doc.round)], [t("Day"), String(doc.day)], [t("Seal"), code(seal), published ? `✓ ${t("It is the published one.")}` : ""]])),
    searched(t("Sample"), doc.sample.length, [t("Checkpoint"), t("Ticket")], doc.sample),
  ];
}

let doc = null;
let turn = 0;

function show() {
  if (doc === null) return;
  const kind = doc.value !== null && typeof doc.value === "object" && !Array.isArray(doc.value) ? doc.value : {};
  const parts = "path" in kind ? ofReceipt(kind) : "day_key" in kind ? ofDay(kind) : ofReveal(doc.value);
  $("findings").replaceChildren(...parts);
}

async function take(file) {
  turn += 1;
  const own = turn;
  $("busy").hidden = false;
  $("verdict").replaceChildren();
  $("findings").replaceChildren();
  const text = await file.text();
  await new Promise((done) => { setTimeout(done, 50); }); // let the page say that it works
  if (own !== turn) return; // another file was chosen meanwhile
  doc = { value: parse(text) };
  show();
  $("busy").hidden = true;
}

$("file").addEventListener("change", ({ target }) => { if (target.files.length) take(target.files[0]); });
$("file").addEventListener("click", ({ target }) => { target.value = ""; }); // the same file, changed meanwhile, is a choice too
$("published").addEventListener("change", show);
$("ask").addEventListener("submit", (event) => event.preventDefault());
