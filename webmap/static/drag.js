// A stop is dragged to another row or onto a day: what that would cost is said on the way, and it is done in its card.
import { all, maybe, one, touched } from "./dom.js";
import { piece } from "./page.js";
import { settings, t } from "./texts.js";

/**
 * @typedef {{ team: string, day: string }} Slot
 * @typedef {Slot & { element: HTMLElement }} Goal
 * @typedef {{ stop: SVGElement, id: string, from: Slot, x: number, y: number, pointer: number }} Held what is under the finger
 * @typedef {{ ghost: HTMLElement, cost: HTMLElement }} Lifted what follows the pointer once it moves
 */

const FAR = 5; // px that a press may move before it is a drag
const PAUSE_MS = 120; // over a row before its cost is asked for
const EDGE = 32; // px at the edge of the timeline within which it scrolls

const swallow = (/** @type {Event} */ event) => { event.preventDefault(); event.stopPropagation(); };

/** Return where a drop would put the stop, or null. @param {number} x @param {number} y @param {Slot} from @returns {Goal | null} */
function goal(x, y, from) {
  const below = document.elementFromPoint(x, y);
  const line = below?.closest(".line[data-team]");
  const element = line ?? below?.closest("#days a[data-day]");
  if (!(element instanceof HTMLElement) || element.dataset.day === "0") return null;
  const team = line instanceof HTMLElement ? line.dataset.team ?? "" : from.team;
  const day = element.dataset.day ?? "";
  return team === from.team && day === from.day ? null : { team, day, element };
}

/** Show where the stop would stand in the row that gets it. @param {HTMLElement} line @param {HTMLElement} quote */
function preview(line, quote) {
  const scale = one("#timeline", HTMLElement).dataset;
  const second = (/** @type {string} */ text) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 60;
  const at = (/** @type {string | undefined} */ text) => (100 * (second(text ?? "") - Number(scale.from))) / (Number(scale.to) - Number(scale.from));
  const block = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  block.setAttribute("class", "would");
  block.setAttribute("x", `${at(quote.dataset.arrives)}%`);
  block.setAttribute("width", `${Math.max(0.4, at(quote.dataset.leaves) - at(quote.dataset.arrives))}%`);
  one("svg", SVGElement, line).append(block);
}

/** Scroll the timeline while something is held near its edge. @param {PointerEvent} event */
function scroll({ clientX, clientY }) {
  const box = one("#timeline", HTMLElement);
  const { top, bottom, left, right } = box.getBoundingClientRect();
  if (clientY > bottom - EDGE && clientY < bottom) box.scrollTop += 8;
  else if (clientY < top + 2 * EDGE && clientY > top) box.scrollTop -= 8;
  if (clientX > right - EDGE) box.scrollLeft += 8;
  else if (clientX < left + EDGE && clientX > left) box.scrollLeft -= 8;
}

/** Make what follows the pointer. @param {SVGElement} stop @returns {Lifted} */
function lift(stop) {
  const ghost = document.createElement("div");
  ghost.className = "ghost";
  const [name] = (stop.getAttribute("aria-label") ?? "").split(", ");
  const title = document.createElement("b");
  title.textContent = name;
  const cost = document.createElement("span");
  cost.textContent = t("Drop it on another row or a day");
  ghost.append(title, cost);
  document.body.append(ghost);
  stop.classList.add("lifted");
  document.body.classList.add("dragging");
  return { ghost, cost };
}

function clear() {
  for (const old of all(".goal", Element)) old.classList.remove("goal");
  for (const old of all(".would", Element)) old.remove();
}

class Drag {
  /** @type {Map<string, Promise<string | null>>} */ #known = new Map(); // quotes of this drag, by team and day
  /** @type {Held | null} */ #held = null;
  /** @type {Lifted | null} */ #lifted = null;
  /** @type {Goal | null} */ #goal = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {(id: string, goal: Goal) => void} drop */
  constructor(drop) {
    this.drop = drop;
    addEventListener("pointerdown", (event) => this.press(event));
    addEventListener("pointermove", (event) => this.move(event));
    addEventListener("pointerup", (event) => this.release(event));
    // touch-action is not heeded on parts of a drawing: as long as a stop is held, the finger does not scroll
    addEventListener("touchmove", (event) => { if (this.#held) event.preventDefault(); }, { passive: false });
    addEventListener("pointercancel", () => this.end());
    addEventListener("keydown", ({ key }) => { if (key === "Escape") this.end(); });
    addEventListener("dragstart", (event) => { if (touched(event, "#dock", Element)) event.preventDefault(); });
  }

  /** @param {PointerEvent} event */
  press(event) {
    const stop = touched(event, "#dock a.stop", SVGElement);
    if (!stop || event.button !== 0 || !event.isPrimary) return;
    if (event.pointerType !== "mouse" && !stop.hasAttribute("aria-current")) return; // a finger chooses first; else it scrolls
    const line = stop.closest(".line");
    if (!(line instanceof HTMLElement)) return;
    const from = { team: line.dataset.team ?? "", day: line.dataset.day ?? "" };
    this.#held = { stop, id: stop.dataset.stop ?? "", from, x: event.clientX, y: event.clientY, pointer: event.pointerId };
  }

  /** @param {PointerEvent} event */
  move(event) {
    const held = this.#held;
    if (!held || event.pointerId !== held.pointer) return;
    if (!this.#lifted && Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR) return;
    this.#lifted ??= lift(held.stop);
    event.preventDefault();
    this.over(event, held, this.#lifted);
  }

  /** @param {PointerEvent} event @param {Held} held @param {Lifted} lifted */
  over(event, held, { ghost, cost }) {
    ghost.style.transform = `translate(${Math.min(event.clientX + 12, innerWidth - 232)}px, ${event.clientY + 16}px)`;
    scroll(event);
    const wanted = goal(event.clientX, event.clientY, held.from);
    if (wanted?.element === this.#goal?.element) return;
    clearTimeout(this.#timer);
    clear();
    this.#goal = wanted;
    ghost.classList.remove("refused");
    cost.textContent = wanted ? "…" : t("Drop it on another row or a day");
    if (!wanted) return;
    wanted.element.classList.add("goal");
    this.#timer = setTimeout(() => this.ask(held, wanted), PAUSE_MS);
  }

  /** @param {Held} held @param {Goal} wanted */
  async ask(held, wanted) {
    const key = `${wanted.team} ${wanted.day}`;
    const asked = this.#known.get(key) ?? piece(settings.quote, { stop: held.id, to: wanted.team, to_day: wanted.day });
    this.#known.set(key, asked);
    this.told(wanted, await asked);
  }

  /** @param {Goal} wanted @param {string | null} html */
  told(wanted, html) {
    if (!this.#lifted || this.#goal !== wanted) return; // that drag is over, or elsewhere by now
    const made = document.createElement("div");
    made.innerHTML = html ?? "";
    const cost = maybe(".cost", Element, made);
    this.#lifted.cost.textContent = cost?.textContent?.trim() ?? t("The cost could not be found. Try again.");
    this.#lifted.ghost.classList.toggle("refused", cost?.classList.contains("refused") ?? true);
    const quote = maybe("[data-possible]", HTMLElement, made);
    if (quote && wanted.element.matches(".line")) preview(wanted.element, quote);
  }

  /** @param {PointerEvent} event */
  release(event) {
    const held = this.#held;
    if (!held || event.pointerId !== held.pointer) return;
    const [lifted, wanted] = [this.#lifted, this.#goal];
    if (lifted) { // the click that follows a drag is none
      addEventListener("click", swallow, { capture: true });
      setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
    }
    this.end();
    if (lifted && wanted) this.drop(held.id, wanted);
  }

  end() {
    if (!this.#held) return;
    clearTimeout(this.#timer);
    this.#lifted?.ghost.remove();
    this.#held.stop.classList.remove("lifted");
    document.body.classList.remove("dragging");
    clear();
    this.#held = this.#lifted = this.#goal = null;
    this.#known.clear();
  }
}

/** Let stops be dragged. @param {(id: string, goal: Goal) => void} drop is called with the checkpoint and where it was dropped */
export const drags = (drop) => new Drag(drop);
