// Planning while it runs: how far it is, the best plan so far, and its curve; the page is loaded anew when it is over.
import { all, maybe, one } from "./dom.js";
import { duration, number, settings, t } from "./texts.js";

/** @typedef {{ travel_s: number, unserved: number, seconds_left: number | null, seconds: number, curve: [number, number][] }} Best */
/** @typedef {{ stage?: string, done: number, total: number, finished: boolean, told?: Best }} Told */

const PAUSE_MS = 500;
const WIDTH = 320;
const HEIGHT = 64;

/**
 * Draw travel over time: the first second on the left, the whole search to the right edge.
 * @param {[number, number][]} curve seconds since the start, and the travel seconds of the best plan then
 * @param {number} seconds of the whole search
 */
export function path(curve, seconds) {
  const travel = curve.map(([, value]) => value);
  const [least, most] = [Math.min(...travel), Math.max(...travel)];
  const x = (/** @type {number} */ at) => (WIDTH * Math.min(1, at / Math.max(seconds, 1))).toFixed(1);
  const y = (/** @type {number} */ value) => (HEIGHT - 4 - (HEIGHT - 8) * ((value - least) / Math.max(most - least, 1))).toFixed(1);
  return curve.map(([at, value], i) => `${i ? `H${x(at)}V` : `M${x(at)},`}${y(value)}`).join("");
}

/** @param {Told} told @param {HTMLProgressElement} bar */
function show(told, bar) {
  if (told.stage) one("#step", HTMLElement).textContent = told.stage;
  if (told.total > 1) bar.value = told.done / told.total;
  else bar.removeAttribute("value");
  if (!told.told) return;
  const { travel_s, unserved, seconds_left, seconds, curve } = told.told;
  one("#best", HTMLElement).textContent = travel_s ? duration(travel_s) : "–";
  one("#left", HTMLElement).textContent = travel_s ? number(unserved) : "–";
  one("#clock", HTMLElement).textContent = t("{seconds} s", { seconds: number(Math.ceil(seconds_left ?? 0)) });
  if (curve.length) one("#curve-line", Element).setAttribute("d", path(curve, seconds));
}

/** End it with the best plan so far, or altogether, without leaving the page. @param {SubmitEvent} event */
function end(event) {
  const form = event.currentTarget;
  if (!(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  for (const button of all("button", HTMLButtonElement, form)) button.disabled = true;
  const finish = event.submitter instanceof HTMLButtonElement && event.submitter.value === "finish";
  one("#step", HTMLElement).textContent = finish ? t("Ending with the best plan so far…") : t("Cancelling…");
  fetch(form.action, { method: "POST", body });
}

/** Follow the planning that the page shows, if there is one. */
export function followPlanning() {
  if (!maybe("#run", HTMLElement)) return;
  const bar = one("#bar", HTMLProgressElement);
  const again = () => location.replace(settings.own);

  /** @returns {Promise<unknown>} */
  async function ask() {
    try {
      const answer = await fetch(settings.job, { headers: { Accept: "application/json" } });
      if (!answer.ok) return again();
      const told = await answer.json();
      if (told.finished) return again();
      show(told, bar);
    } catch {
      one("#step", HTMLElement).textContent = t("No connection. This page tries again.");
      return setTimeout(ask, 4 * PAUSE_MS);
    }
    return setTimeout(ask, PAUSE_MS);
  }

  maybe("#end", HTMLFormElement)?.addEventListener("submit", end);
  if (settings.job) ask();
  else setTimeout(again, 3000);
}
