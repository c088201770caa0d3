// The rows of stops in the timeline: which stop the keys go to, and what is said of the one under the pointer.
import { all, one } from "./dom.js";

/** @param {Element} line */
const stopsOf = (line) => all("a.stop", SVGElement, line);

/** Let Tab reach a row once; the arrows go on from there. @param {HTMLElement} dock */
export function rove(dock) {
  for (const line of all(".line[data-team]", HTMLElement, dock)) stopsOf(line).forEach((stop, at) => stop.setAttribute("tabindex", at ? "-1" : "0"));
}

/** Return the stop that a key leads to: along the row, to its ends, or to the one nearest in time of the row above or below. @param {HTMLElement} dock @param {SVGElement} stop @param {string} key */
export function step(dock, stop, key) {
  const line = stop.closest(".line");
  if (!line) return undefined;
  const own = stopsOf(line);
  const at = own.indexOf(stop);
  if (key === "ArrowRight") return own[at + 1];
  if (key === "ArrowLeft") return own[at - 1];
  if (key === "Home") return own[0];
  if (key === "End") return own.at(-1);
  const lines = all(".line[data-team]", Element, dock).filter((other) => other.querySelector("a.stop"));
  const other = lines[lines.indexOf(line) + (key === "ArrowDown" ? 1 : -1)];
  const gap = (/** @type {SVGElement} */ found) => Math.abs(Number(found.dataset.from) - Number(stop.dataset.from));
  return other && stopsOf(other).reduce((best, found) => (gap(found) < gap(best) ? found : best));
}

/** Say what a stop is, beside it; nothing without one. @param {SVGElement | null} stop */
export function hint(stop) {
  const box = one("#hint", HTMLElement);
  box.hidden = !stop?.isConnected;
  if (!stop?.isConnected) return;
  const [name, ...rest] = (stop.getAttribute("aria-label") ?? "").split(", ");
  const title = document.createElement("b");
  title.textContent = name;
  box.replaceChildren(title, rest.join(" · "));
  const { left, width, top } = stop.getBoundingClientRect();
  const room = innerWidth - box.offsetWidth - 8;
  box.style.left = `${Math.max(8, Math.min(room, left + width / 2 - box.offsetWidth / 2))}px`;
  box.style.top = `${Math.max(8, top - box.offsetHeight - 6)}px`;
}
