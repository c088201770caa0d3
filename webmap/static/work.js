// Long work: asks how far it is, and goes on when it is over.
import { one } from "./dom.js";
import { number, settings, t } from "./texts.js";

const PAUSE_MS = 400;
const stage = one("#stage", HTMLElement);
const bar = one("#bar", HTMLProgressElement);
const cancel = one("#cancel", HTMLFormElement);

/** @returns {Promise<unknown>} */
async function ask() {
  let told;
  try {
    const answer = await fetch(settings.job, { headers: { Accept: "application/json" } });
    if (!answer.ok) return location.replace(settings.onward);
    told = await answer.json();
  } catch {
    stage.textContent = t("No connection. This page tries again.");
    return setTimeout(ask, 4 * PAUSE_MS);
  }
  if (told.finished) return location.replace(settings.onward);
  if (told.stage) stage.textContent = told.total > 1 ? `${told.stage} · ${number(told.done)} / ${number(told.total)}` : told.stage;
  if (told.total > 1) bar.value = told.done / told.total;
  else bar.removeAttribute("value");
  return setTimeout(ask, PAUSE_MS);
}

cancel.addEventListener("submit", (event) => {
  event.preventDefault();
  one("button", HTMLButtonElement, cancel).disabled = true;
  stage.textContent = t("Cancelling…");
  fetch(cancel.action, { method: "POST", body: new FormData(cancel) });
});

ask();
