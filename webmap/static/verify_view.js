// The parts that a verdict is shown with: elements, tables, lists that are searched by typing.
import { number, t } from "./texts.js";

const ROWS = 500; // of a list at once

/** @typedef {string | Node | null} Child */
/** @typedef {[string, Child, string?][]} Pairs name, value, hint */

/**
 * Make an element.
 * @param {string} name
 * @param {Record<string, string>} [options] attributes; className too
 * @param {Child[]} children
 */
export function element(name, options = {}, ...children) {
  const { className, ...attributes } = options;
  const made = document.createElement(name);
  if (className) made.className = className;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Set a hash. @param {string} text */
export const code = (text) => element("code", {}, text);

/** List names with their values. @param {Pairs} rows */
export function pairs(rows) {
  return element("dl", { className: "facts" }, ...rows.flatMap(([name, value, hint]) => [
    element("dt", {}, name), element("dd", {}, value, hint ? element("small", { className: "dim" }, ` ${hint}`) : null),
  ]));
}

/** Put a headed section around something. @param {string} title @param {Child[]} children */
export const section = (title, ...children) => element("section", {}, element("h2", {}, title), ...children);

/** Make a table. @param {string[]} head @param {(string | number)[][]} rows */
export function table(head, rows) {
  return element("table", { className: "list" },
    element("thead", {}, element("tr", {}, ...head.map((text, at) => element("th", { scope: "col", className: at ? "num" : "" }, text)))),
    element("tbody", {}, ...rows.map(([first, ...rest]) => element("tr", {},
      element("th", { scope: "row" }, String(first)), ...rest.map((text) => element("td", { className: "num" }, String(text)))))));
}

/** Make a list that is searched by typing; a long one shows its first rows. @param {string} title @param {number} count @param {string[]} head @param {(string | number)[][]} rows */
export function searched(title, count, head, rows) {
  const box = /** @type {HTMLInputElement} */ (element("input", { type: "search", "aria-label": t("Search this list"), placeholder: t("Search this list") }));
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
