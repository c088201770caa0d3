// A stop is dragged to another row or onto a day: what that would cost is said on the way, and it is done in its card.
import { piece } from "./page.js";
import { settings, t } from "./texts.js";

const FAR = 5; // px that a press may move before it is a drag
const PAUSE_MS = 120; // over a row before its cost is asked for
const EDGE = 32; // px at the edge of the timeline within which it scrolls

const swallow = (event) => { event.preventDefault(); event.stopPropagation(); };

/** Where a drop would put the stop: {team, day, element}, or null. */
function goal(x, y, from) {
  const below = document.elementFromPoint(x, y);
  const line = below?.closest(".line[data-team]");
  const tab = below?.closest("#days a[data-day]");
  const element = line ?? tab;
  if (!element || element.dataset.day === "0") return null;
  const found = { team: line ? line.dataset.team : from.team, day: element.dataset.day, element };
  return found.team === from.team && found.day === from.day ? null : found;
}

/** Where the stop would stand in the row that gets it. */
function preview(line, quote) {
  const scale = document.getElementById("timeline").dataset;
  const second = (text) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 60;
  const at = (text) => (100 * (second(text) - scale.from)) / (scale.to - scale.from);
  const block = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  block.setAttribute("class", "would");
  block.setAttribute("x", `${at(quote.dataset.arrives)}%`);
  block.setAttribute("width", `${Math.max(0.4, at(quote.dataset.leaves) - at(quote.dataset.arrives))}%`);
  line.querySelector("svg").append(block);
}

/** Let stops be dragged; settle(checkpoint, goal, html) is called at the drop. */
export function drags({ settle }) {
  const known = new Map(); // quotes of this drag, by team and day
  let held = null;

  function clear() {
    for (const old of document.querySelectorAll(".goal")) old.classList.remove("goal");
    for (const old of document.querySelectorAll(".would")) old.remove();
  }

  function end() {
    if (!held) return;
    clearTimeout(held.timer);
    held.ghost?.remove();
    held.stop.classList.remove("lifted");
    document.body.classList.remove("dragging");
    clear();
    held = null;
    known.clear();
  }

  function lift() {
    held.ghost = document.createElement("div");
    held.ghost.className = "ghost";
    const [name] = held.stop.getAttribute("aria-label").split(", ");
    const title = document.createElement("b");
    title.textContent = name;
    held.cost = document.createElement("span");
    held.cost.textContent = t("Drop it on another row or a day");
    held.ghost.append(title, held.cost);
    document.body.append(held.ghost);
    held.stop.classList.add("lifted");
    document.body.classList.add("dragging");
  }

  function scroll({ clientX, clientY }) {
    const box = document.getElementById("timeline");
    const { top, bottom, left, right } = box.getBoundingClientRect();
    if (clientY > bottom - EDGE && clientY < bottom) box.scrollTop += 8;
    else if (clientY < top + 2 * EDGE && clientY > top) box.scrollTop -= 8;
    if (clientX > right - EDGE) box.scrollLeft += 8;
    else if (clientX < left + EDGE && clientX > left) box.scrollLeft -= 8;
  }

  const key = ({ team, day }) => `${team} ${day}`;

  function told(wanted, html) {
    if (!held || held.goal !== wanted) return; // that drag is over, or elsewhere by now
    const made = document.createElement("div");
    made.innerHTML = html ?? "";
    const cost = made.querySelector(".cost");
    held.cost.textContent = cost?.textContent.trim() ?? t("The cost could not be found. Try again.");
    held.ghost.classList.toggle("refused", cost?.classList.contains("refused") ?? true);
    const quote = made.querySelector("[data-possible]");
    if (quote && wanted.element.matches(".line")) preview(wanted.element, quote);
  }

  async function ask(wanted) {
    if (!known.has(key(wanted))) {
      known.set(key(wanted), piece(settings.quote, { stop: held.id, to: wanted.team, to_day: wanted.day }));
    }
    told(wanted, await known.get(key(wanted)));
  }

  function over(event) {
    held.ghost.style.transform = `translate(${Math.min(event.clientX + 12, innerWidth - 232)}px, ${event.clientY + 16}px)`;
    scroll(event);
    const wanted = goal(event.clientX, event.clientY, held.from);
    if (wanted?.element === held.goal?.element) return;
    clearTimeout(held.timer);
    clear();
    held.goal = wanted;
    held.ghost.classList.remove("refused");
    held.cost.textContent = wanted ? "…" : t("Drop it on another row or a day");
    if (!wanted) return;
    wanted.element.classList.add("goal");
    held.timer = setTimeout(ask, PAUSE_MS, wanted);
  }

  addEventListener("pointerdown", (event) => {
    const stop = event.target.closest?.("#dock a.stop");
    if (!stop || event.button !== 0 || !event.isPrimary) return;
    if (event.pointerType !== "mouse" && !stop.hasAttribute("aria-current")) return; // a finger chooses first; else it scrolls
    const line = stop.closest(".line");
    const from = { team: line.dataset.team, day: line.dataset.day };
    held = { stop, id: stop.dataset.stop, from, x: event.clientX, y: event.clientY, pointer: event.pointerId };
  });
  addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    if (!held.ghost && Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR) return;
    if (!held.ghost) lift();
    event.preventDefault();
    over(event);
  });
  addEventListener("pointerup", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    const { ghost, id, goal: wanted } = held;
    if (ghost) { // the click that follows a drag is none
      addEventListener("click", swallow, { capture: true });
      setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
    }
    end();
    if (ghost && wanted) settle(id, wanted);
  });
  // touch-action is not heeded on parts of a drawing: as long as a stop is held, the finger does not scroll
  addEventListener("touchmove", (event) => held && event.preventDefault(), { passive: false });
  addEventListener("pointercancel", end);
  addEventListener("keydown", ({ key: pressed }) => pressed === "Escape" && end());
  addEventListener("dragstart", (event) => event.target.closest?.("#dock") && event.preventDefault());
}
