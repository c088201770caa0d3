// Planning while it runs: how far it is, the best plan so far, and its curve; the page is loaded anew when it is over.
import { duration, number, settings, t } from "./texts.js";

const PAUSE_MS = 500;
const WIDTH = 320;
const HEIGHT = 64;

/** Draw travel over time: the first second on the left, the whole search to the right edge. */
function path(curve, seconds) {
  const travel = curve.map(([, value]) => value);
  const [least, most] = [Math.min(...travel), Math.max(...travel)];
  const x = (at) => (WIDTH * Math.min(1, at / Math.max(seconds, 1))).toFixed(1);
  const y = (value) => (HEIGHT - 4 - (HEIGHT - 8) * ((value - least) / Math.max(most - least, 1))).toFixed(1);
  return curve.map(([at, value], i) => `${i ? `H${x(at)}V` : `M${x(at)},`}${y(value)}`).join("");
}

/** Follow the planning that the page shows, if there is one. */
export function followPlanning() {
  const run = document.getElementById("run");
  if (!run) return;
  const step = document.getElementById("step");
  const bar = document.getElementById("bar");
  const again = () => location.replace(settings.own);

  function show(told) {
    if (told.stage) step.textContent = told.stage;
    if (told.total > 1) bar.value = told.done / told.total;
    else bar.removeAttribute("value");
    if (!told.told) return;
    const { travel_s, unserved, seconds_left, seconds, curve } = told.told;
    document.getElementById("best").textContent = travel_s ? duration(travel_s) : "–";
    document.getElementById("left").textContent = travel_s ? number(unserved) : "–";
    document.getElementById("clock").textContent = t("{seconds} s", { seconds: number(Math.ceil(seconds_left ?? 0)) });
    if (curve.length) document.getElementById("curve-line").setAttribute("d", path(curve, seconds));
  }

  async function ask() {
    try {
      const answer = await fetch(settings.job, { headers: { Accept: "application/json" } });
      if (!answer.ok) return again();
      const told = await answer.json();
      if (told.finished) return again();
      show(told);
    } catch {
      step.textContent = t("No connection. The work goes on; this page tries again.");
      return setTimeout(ask, 4 * PAUSE_MS);
    }
    return setTimeout(ask, PAUSE_MS);
  }

  document.getElementById("end")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const body = new FormData(form, event.submitter);
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    step.textContent = event.submitter.value === "finish" ? t("Ending with the best plan so far…") : t("Cancelling…");
    fetch(form.action, { method: "POST", body });
  });
  if (settings.job) ask();
  else setTimeout(again, 3000);
}
