// What the page says, in its language: the server puts the catalogue into the page.

/** @param {string} id @returns {Record<string, any>} what the server wrote into the page as JSON */
const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");

export const settings = read("settings");
/** @type {Record<string, string>} */
const catalogue = read("texts");

/**
 * Say an English text in the page's language; {name} takes values.name.
 * @param {string} text
 * @param {Record<string, string | number | null | undefined>} [values]
 */
export function t(text, values = {}) {
  return (catalogue[text] ?? text).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

const digits = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

/** Write a number with thin separators. @param {number} value */
export const number = (value) => digits.format(value).replaceAll(",", "\u202f");

/** Write seconds as whole minutes. @param {number} seconds */
export const minutes = (seconds) => t("{minutes} min", { minutes: number(Math.round(seconds / 60)) });

/** Write seconds as hours and minutes. @param {number} seconds */
export function duration(seconds) {
  const whole = Math.round(seconds / 60);
  if (whole < 60) return minutes(seconds);
  return t("{hours} h {minutes} min", { hours: number(Math.floor(whole / 60)), minutes: String(whole % 60).padStart(2, "0") });
}
