// What stands in the file as data, and texts of others as elements: no text is ever read as HTML.

/**
 * Read a block of data of this file.
 * @param {string} name
 * @returns {any}
 */
export function block(name) {
  const found = document.getElementById(name);
  if (!found) throw new Error(`the file has no block ${name}`);
  return JSON.parse(found.textContent ?? "");
}

/**
 * Make an element that shows a text as it is.
 * @param {string} tag
 * @param {string} text
 * @param {string} [className]
 */
export function shown(tag, text, className = "") {
  return Object.assign(document.createElement(tag), { textContent: text, className });
}

/**
 * Make a card: a title, then names with their values; what has no value is left out.
 * @param {string} title
 * @param {[string, string][]} lines
 */
export function card(title, lines) {
  const made = shown("div", "", "card");
  const list = document.createElement("dl");
  for (const [name, value] of lines) if (value) list.append(shown("dt", name), shown("dd", value));
  made.append(shown("b", title), list);
  return made;
}
