// The page that verifies a draw: reads the chosen file, says every check in words, lists the sample. Nothing leaves the page.
import { parse } from "./verify.js";
import { findings } from "./verify_findings.js";
import { element } from "./verify_view.js";

/** Find an element that the page has. @param {string} id */
const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const asked = /** @type {HTMLInputElement} */ ($("file")), published = /** @type {HTMLInputElement} */ ($("published"));

/** @type {{ value: any } | null} what was read of the chosen file */
let taken = null;
let turn = 0;

/** Show the verdict on what was taken. */
function show() {
  if (taken === null) return;
  const { fine, text, parts } = findings(taken.value, published.value.trim().toLowerCase());
  $("verdict").replaceChildren(element("p", { className: fine ? "verdict good" : "verdict bad", role: fine ? "status" : "alert" },
    element("b", { "aria-hidden": "true" }, fine ? "✓" : "✗"), ` ${text}`));
  $("findings").replaceChildren(...parts);
}

/** Read a file and verify it, unless another is chosen meanwhile. @param {File} file */
async function take(file) {
  turn += 1;
  const own = turn;
  $("busy").hidden = false;
  $("verdict").replaceChildren();
  $("findings").replaceChildren();
  const text = await file.text();
  await new Promise((done) => { setTimeout(done, 50); }); // let the page say that it works
  if (own !== turn) return;
  taken = { value: parse(text) };
  show();
  $("busy").hidden = true;
}

asked.addEventListener("change", () => { if (asked.files?.length) take(asked.files[0]); });
asked.addEventListener("click", () => { asked.value = ""; }); // the same file, changed meanwhile, is a choice too
published.addEventListener("change", show);
$("ask").addEventListener("submit", (event) => event.preventDefault());
