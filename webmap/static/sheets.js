// The button that prints the route sheets; without scripts the browser's own does.
const button = /** @type {HTMLButtonElement | null} */ (document.querySelector("#print"));
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
