// The legend over a map: which layers are shown, and which of several choices is ticked.
import { all, maybe, phone } from "./dom.js";

/** The legend's form, where the page has one. */
export const legend = maybe("#legend form", HTMLFormElement);

/** Tell which layers are ticked. @returns {Record<string, boolean>} */
export function layers() {
  return Object.fromEntries(all("[name=layer]", HTMLInputElement, legend ?? document.createElement("form")).map((box) => [box.value, box.checked]));
}

/**
 * Return the value of the ticked choice of a name.
 * @param {string} name
 * @param {string} otherwise where none is ticked
 */
export function radio(name, otherwise) {
  return (legend && maybe(`[name=${name}]:checked`, HTMLInputElement, legend)?.value) ?? otherwise;
}

/** Call back when somebody changes the legend; on a phone it begins folded. @param {() => void} change */
export function onLegend(change) {
  legend?.addEventListener("change", change);
  const fold = maybe("#legend", HTMLDetailsElement);
  if (fold && phone.matches) fold.open = false;
}
