// The slider of months below the map.

const STEP_MS = 900;

/** A slider, a button that plays the months, and the name of the month that is shown. */
export class Months {
  /**
   * @param {HTMLElement} bar
   * @param {{monthNames: string[], words: Record<string, string>}} given
   */
  constructor(bar, { monthNames, words }) {
    this.bar = bar;
    this.names = monthNames;
    this.words = words;
    this.slider = /** @type {HTMLInputElement} */ (bar.querySelector("input"));
    this.button = /** @type {HTMLButtonElement} */ (bar.querySelector("button"));
    this.told = /** @type {HTMLOutputElement} */ (bar.querySelector("output"));
    this.month = 0;
    this.playing = 0;
    this.draw = (/** @type {number} */ _month) => {};
  }

  /** Show all months, and whichever is chosen from now on. @param {(month: number) => void} draw */
  start(draw) {
    this.draw = draw;
    this.slider.max = String(this.names.length);
    this.slider.addEventListener("input", () => { this.stop(); this.show(Number(this.slider.value)); });
    this.button.addEventListener("click", () => { if (this.playing) this.stop(); else this.play(); });
    this.show(0);
    this.bar.classList.add("ready");
  }

  /** Show a month; 0 is all of them. @param {number} month */
  show(month) {
    this.month = month;
    this.draw(month);
    this.slider.value = String(month);
    this.told.textContent = month ? this.names[month - 1] : this.words.all;
  }

  play() {
    this.playing = Number(setInterval(() => { this.show(this.month < this.names.length ? this.month + 1 : 1); }, STEP_MS));
    this.name("❚❚", this.words.pause);
  }

  stop() {
    clearInterval(this.playing);
    this.playing = 0;
    this.name("▶", this.words.play);
  }

  /** Say that this browser cannot unpack the cells. */
  fail() {
    this.bar.textContent = this.words.old;
    this.bar.classList.add("failed");
  }

  /** @param {string} sign @param {string} words */
  name(sign, words) {
    this.button.textContent = sign;
    this.button.setAttribute("aria-label", words);
  }
}
