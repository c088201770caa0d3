// The months of the statistics map: a slider whose first place is all of them, and a button that plays them.
import { maybe, one } from "./dom.js";
import { latest } from "./page.js";
import { t } from "./texts.js";

const STEP_MS = 900;
const PAUSE_MS = 120; // a hand that slides on is waited for

const months = () => maybe("#slider", HTMLInputElement)?.dataset.months?.split(" ").filter(Boolean) ?? [];
const monthAt = (/** @type {number} */ place) => months()[place - 1] ?? "";

/** Put each place of the slider under the middle of its bar. */
function align() {
  const slider = maybe("#slider", HTMLInputElement);
  if (!slider) return;
  const beside = `(${50 / (months().length + 1)}% - 8px)`;
  slider.style.margin = `0 calc${beside}`;
  slider.style.width = `calc(100% - 2 * ${beside})`;
}

/** @param {number} place */
function name(place) {
  const month = monthAt(place) || t("All months");
  one("#month", HTMLElement).textContent = month;
  one("#slider", HTMLElement).setAttribute("aria-valuetext", month);
}

/** The slider and its button, which every new panel brings anew. */
export class Months {
  /** @type {ReturnType<typeof setTimeout> | null} */ #next = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #due;
  #playing = false;
  #turn = latest();
  /** @type {Promise<unknown> | null} */ free = null; // waits until nobody holds the slider: a new panel would take it out of the hand

  /** @param {HTMLElement} panel @param {(month: string) => Promise<void>} choose */
  constructor(panel, choose) {
    this.choose = choose;
    panel.addEventListener("input", (event) => { if (event.target instanceof HTMLInputElement && event.target.id === "slider") this.slide(event.target); });
    panel.addEventListener("pointerdown", ({ target }) => {
      if (!(target instanceof HTMLElement) || target.id !== "slider") return;
      this.free = new Promise((resolve) => { for (const end of ["pointerup", "pointercancel"]) addEventListener(end, resolve, { once: true }); });
    });
    panel.addEventListener("click", ({ target }) => { if (target instanceof Element && target.closest("#play")) this.press(); });
    this.show();
  }

  /** Show on a new panel whether the months play, and lay its slider under the bars. */
  show() {
    align();
    const button = maybe("#play", HTMLButtonElement);
    if (!button) return;
    button.setAttribute("aria-pressed", String(this.#playing));
    button.textContent = this.#playing ? "❚❚" : "▶";
  }

  stop() {
    clearTimeout(this.#next ?? undefined);
    this.#playing = false;
    this.show();
  }

  press() {
    if (this.#playing) { this.stop(); return; }
    this.#playing = true;
    this.show();
    this.play();
  }

  /** @param {HTMLInputElement} slider */
  slide(slider) {
    this.stop();
    name(Number(slider.value));
    clearTimeout(this.#due);
    this.#due = setTimeout(() => this.choose(monthAt(Number(slider.value))), PAUSE_MS);
  }

  async play() {
    const still = this.#turn();
    const slider = one("#slider", HTMLInputElement);
    const next = Number(slider.value) >= months().length ? 1 : Number(slider.value) + 1;
    slider.value = String(next);
    const begun = performance.now();
    await this.choose(monthAt(next));
    if (!this.#playing || !still()) return;
    if (next >= months().length) { this.stop(); return; }
    this.#next = setTimeout(() => this.play(), Math.max(0, STEP_MS - (performance.now() - begun)));
  }
}
