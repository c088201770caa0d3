// Said over the map: how far work is, and what went wrong.
import { one } from "./dom.js";
import { t } from "./texts.js";

/** @typedef {{ stage?: string, done: number, total: number }} Told */

/** Say why something about the cells did not come. @param {any} error with `said` by the server, and the status of its answer */
export function reason(error) {
  if (error.said) return error.said;
  return error.status === 401 ? t("Your session has ended. Log in again; nothing is lost.") : t("The cells could not be loaded. What was shown before stays; try again.");
}

/** Make what says it. */
export function voice() {
  const trouble = one("#trouble", HTMLElement);
  const stage = one("#stage", HTMLElement);
  const far = document.createElement("div");
  const name = document.createElement("span");
  const bar = document.createElement("progress");
  far.className = "far";
  far.hidden = true;
  far.setAttribute("role", "status");
  far.append(name, bar);
  stage.append(far);
  return {
    busy(/** @type {boolean} */ yes) {
      if (yes) stage.setAttribute("aria-busy", "true");
      else stage.removeAttribute("aria-busy");
    },
    told(/** @type {Told | null} */ progress) {
      far.hidden = !progress;
      if (!progress) return;
      name.textContent = progress.stage || t("Working…");
      if (progress.total > 1) { bar.max = progress.total; bar.value = progress.done; } else bar.removeAttribute("value");
    },
    failed(/** @type {string} */ message) {
      trouble.textContent = message;
      trouble.hidden = !message;
    },
  };
}
