// Elements of the page by selector, each of the kind that the script expects: a page that lacks one says which.

/** Screens below this width are phones, as the stylesheet has it. */
export const phone = globalThis.matchMedia?.("(max-width: 800px)") ?? { matches: false };

/**
 * Find the element of a kind, or null.
 * @template {Element} E
 * @param {string} selector
 * @param {abstract new () => E} Kind
 * @param {ParentNode} [within]
 * @returns {E | null}
 */
export function maybe(selector, Kind, within = document) {
  const found = within.querySelector(selector);
  return found instanceof Kind ? found : null;
}

/**
 * Find the element of a kind that the page must have.
 * @template {Element} E
 * @param {string} selector
 * @param {abstract new () => E} Kind
 * @param {ParentNode} [within]
 * @returns {E}
 */
export function one(selector, Kind, within = document) {
  const found = maybe(selector, Kind, within);
  if (!found) throw new Error(`the page has no ${selector} that is a ${Kind.name}`);
  return found;
}

/**
 * List the elements of a kind.
 * @template {Element} E
 * @param {string} selector
 * @param {abstract new () => E} Kind
 * @param {ParentNode} [within]
 * @returns {E[]}
 */
export function all(selector, Kind, within = document) {
  return [...within.querySelectorAll(selector)].flatMap((found) => (found instanceof Kind ? [found] : []));
}

/**
 * Find what was touched or stands around it.
 * @template {Element} E
 * @param {Event} event
 * @param {string} selector
 * @param {abstract new () => E} Kind
 * @returns {E | null}
 */
export function touched(event, selector, Kind) {
  const found = event.target instanceof Element ? event.target.closest(selector) : null;
  return found instanceof Kind ? found : null;
}

/** Tell whether a click on a link is one that the browser answers itself, with another tab or window. @param {MouseEvent} event */
export const elsewhere = (event) => event.ctrlKey || event.metaKey || event.shiftKey;

/**
 * Set the field of a form, when the form has it.
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} value
 */
export function setField(form, name, value) {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement) field.value = value;
}

/**
 * Read the field of a form; empty when the form lacks it.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export function fieldOf(form, name) {
  const field = form.elements.namedItem(name);
  return field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement ? field.value : "";
}
