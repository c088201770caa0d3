// Every check of a published file in words, with the faults that belong to it.
import { t } from "./texts.js";
import { element } from "./verify_view.js";

/** @typedef {{ text: string, own: string[], state: "good" | "bad" | "skipped" }} State */

const MARKS = { good: "✓", bad: "✗", skipped: "–" };

/** Return the checks of a reveal: what their faults begin with, and what they say. @param {boolean} chained @returns {[string, string][]} */
const revealChecks = (chained) => [
  ["form:", t("The file has the form of a reveal.")],
  ["order:", t("The points stand in the order of their ids, none twice.")],
  ["quotas:", t("The chances of each category add up to its quota.")],
  ["reserves: ", t("There are enough points for the reserves.")],
  ["root:", t("The roster is the committed one: its hashes lead to the root.")],
  chained ? ["link:", t("The secret leads to the end of the chain that was published first.")]
    : ["secret:", t("The secret leads to the root that was published first.")],
  ["shares:", t("The numbers of third parties are the committed ones.")],
  ["public number:", t("The public number has the committed form.")],
  ["sample:", t("Drawing again gives the same sample, days and tickets.")],
  ["reserves: the", t("Drawing again gives the same reserves.")],
  ...(chained ? [] : /** @type {[string, string][]} */ ([
    ["commitments:", t("The list of commitments hangs together, no two have one number, and this one is in it.")],
    ["replacements:", t("Each replacement is the nearest reserve, and there are no more than the commitment allows.")],
  ])),
];

/** Return the checks of a closing. @returns {[string, string][]} */
const closingChecks = () => [
  ["form:", t("The file has the form of a year's closing.")],
  ["master:", t("The master seed gives the root that was published first.")],
  ["commitments:", t("The list of commitments hangs together, and no number is missing or open.")],
];

const NEED_FRAME = new Set(["sample:", "reserves: the", "replacements:"]);
const FRAME = ["order:", "quotas:", "reserves: "];
const NEED_DRAW = new Set(["replacements:"]);

/** @param {string[]} faults @param {string} prefix */
function belonging(faults, prefix) {
  const other = prefix === "reserves: " ? "reserves: the" : "\0";
  return faults.filter((fault) => fault.startsWith(prefix) && !fault.startsWith(other));
}

/** Say of each check whether it holds, doesn't, or could not be made. @param {string[]} faults @param {[string, string][]} checks @returns {State[]} */
function states(faults, checks) {
  const found = (/** @type {string} */ prefix) => belonging(faults, prefix).length > 0;
  const misshapen = found("form:"), undrawable = FRAME.some(found), elsewhere = found("sample:") || found("reserves: the");
  return checks.map(([prefix, text]) => {
    const skipped = (misshapen && prefix !== "form:") || (undrawable && NEED_FRAME.has(prefix)) || (elsewhere && NEED_DRAW.has(prefix));
    const own = skipped ? [] : belonging(faults, prefix);
    return { text, own, state: skipped ? "skipped" : own.length ? "bad" : "good" };
  });
}

/** List the checks of a file. @param {string[]} faults @param {"chained" | "rooted" | "closing"} form */
export function checkList(faults, form) {
  const said = { good: t("yes"), bad: t("no"), skipped: t("could not be checked") };
  const made = states(faults, form === "closing" ? closingChecks() : revealChecks(form === "chained"));
  return element("ul", { className: "checks" }, ...made.map(({ text, own, state }) => element(
    "li", { className: state },
    element("b", { "aria-label": said[state] }, MARKS[state]),
    element("span", {}, text, state === "skipped" ? element("small", { className: "dim" }, ` ${said.skipped}`) : null,
      own.length ? element("small", { className: "where" }, own.join("; ")) : null),
  )));
}
