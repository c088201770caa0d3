// A photo, large, over the page; without this script its link leads to the photo itself.
import { all, elsewhere, one, touched } from "./dom.js";
import { t } from "./texts.js";

const dialog = document.createElement("dialog");
dialog.className = "photo";
const picture = document.createElement("img");
const caption = document.createElement("p");
const bar = document.createElement("p");
const back = button("‹", t("Previous photo"));
const on = button("›", t("Next photo"));
const shut = button("✕", t("Close"));
bar.className = "photo-bar";
bar.append(back, on, shut);
dialog.append(picture, caption, bar);

/** @type {HTMLAnchorElement[]} */
let shown = []; // links of the card that the photo stands on
let place = 0;

/** @param {string} text @param {string} label */
function button(text, label) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.ariaLabel = label;
  return made;
}

/** Show the photo of a link; its size is known before it comes, so nothing jumps. @param {number} at */
function show(at) {
  place = (at + shown.length) % shown.length;
  const { photo = "", width, height } = shown[place].dataset;
  const said = one("img", HTMLImageElement, shown[place]).alt;
  picture.hidden = false;
  picture.width = Number(width);
  picture.height = Number(height);
  dialog.style.setProperty("--ratio", String(Number(width) / Number(height)));
  dialog.style.setProperty("--most", `${width}px`);
  picture.alt = said;
  picture.src = photo;
  caption.textContent = said;
}

picture.addEventListener("error", () => {
  if (!picture.getAttribute("src")) return;
  picture.hidden = true;
  caption.textContent = t("The photo could not be loaded. Close it and open it again.");
});
back.addEventListener("click", () => show(place - 1));
on.addEventListener("click", () => show(place + 1));
shut.addEventListener("click", () => dialog.close());
dialog.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); });
dialog.addEventListener("close", () => picture.removeAttribute("src"));
dialog.addEventListener("keydown", ({ key }) => {
  if (shown.length > 1 && key === "ArrowLeft") show(place - 1);
  if (shown.length > 1 && key === "ArrowRight") show(place + 1);
});

document.addEventListener("click", (event) => {
  const link = touched(event, "a[data-photo]", HTMLAnchorElement);
  const card = link?.closest("section");
  if (!link || !card || elsewhere(event)) return;
  event.preventDefault();
  if (!dialog.isConnected) document.body.append(dialog);
  shown = all("a[data-photo]", HTMLAnchorElement, card);
  for (const step of [back, on]) step.hidden = shown.length < 2;
  show(shown.indexOf(link));
  dialog.showModal();
  shut.focus();
});
