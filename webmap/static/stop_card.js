// The card of a stop: what moving it would cost, and the change once it is wanted.
import { fieldOf, one, setField } from "./dom.js";
import { piece } from "./page.js";
import { settings, t } from "./texts.js";

/** Tell in the card what the move of its form would cost. @param {string} stop @param {() => boolean} still whether that is asked for yet when the answer comes */
export async function quote(stop, still) {
  const form = one("#move", HTMLFormElement);
  const box = one("#quote", HTMLElement);
  const to = fieldOf(form, "to");
  if (!to) { box.replaceChildren(); return; }
  box.textContent = "…";
  const found = await piece(settings.quote, { stop, to, to_day: fieldOf(form, "to_day") });
  if (!still()) return;
  box.innerHTML = found ?? '<p class="cost refused"></p>';
  if (found === null) one(".cost", HTMLElement, box).textContent = t("The cost could not be found. Try again.");
}

/**
 * Make a form ready to change the plan, and return the day to show then: the same, or the one that a stop is moved to.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 */
export function change(form, submitter) {
  const wanted = settings.day === 0 ? 0 : Number(fieldOf(form, "to_day") || settings.day);
  const next = new URL(fieldOf(form, "next"), location.href);
  next.searchParams.set("day", String(wanted));
  setField(form, "next", next.pathname + next.search);
  if (submitter instanceof HTMLButtonElement) submitter.disabled = true;
  return wanted;
}
