// The statistics map: the choice stands in the address; the map, the panel and the card of a cell follow it.
import { atlas } from "./atlas.js";
import { cellLayers, patiently, reason, voice } from "./cells.js";
import { latest } from "./page.js";
import "./photos.js";
import { settings, t } from "./texts.js";

const FILTERS = ["category", "item", "street", "round", "kind", "since", "until", "month", "radius"];
const STEP_MS = 900;
const phone = matchMedia("(max-width: 800px)");
const legend = document.querySelector("#legend form");
const form = document.getElementById("filter");
const stage = document.getElementById("stage");
const found = document.getElementById("found");
const card = document.getElementById("cell");

const state = Object.fromEntries([...new URLSearchParams(location.search)].filter(([name, value]) => value && [...FILTERS, "at"].includes(name)));
const filters = () => new URLSearchParams(FILTERS.filter((name) => state[name]).map((name) => [name, state[name]])).toString();

function look() {
  const on = (name) => Boolean(legend.querySelector(`[name=layer][value=${name}]`)?.checked);
  return { surface: legend.querySelector("[name=surface]:checked")?.value ?? "none", outlines: on("outlines"), zones: on("zones"), level: legend.querySelector("[name=level]:checked")?.value ?? "street" };
}

/** Write the choice into the address, so that it can be sent to somebody. */
function remember() {
  const { surface, outlines } = look();
  const all = new URLSearchParams(filters());
  if (surface !== "rate") all.set("surface", surface);
  if (!outlines) all.set("outlines", "0");
  if (state.at) all.set("at", state.at);
  const text = all.toString();
  history.replaceState(null, "", text ? `?${text}` : location.pathname);
}

const { busy, told, failed } = voice();
const layers = cellLayers(settings, { busy, told, failed });
const chosenCell = (colours) => {
  const ring = card?.querySelector("[data-ring]")?.dataset.ring;
  const data = { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: ring ? [JSON.parse(ring)] : [] } };
  return { source: ring ? { type: "geojson", data } : undefined, layers: ring ? [
    { id: "chosen-casing", type: "line", source: "chosen", paint: { "line-color": colours.casing, "line-width": 6 } },
    { id: "chosen", type: "line", source: "chosen", paint: { "line-color": colours.accent, "line-width": 3 } },
  ] : [] };
};
function extra(colours, choice) {
  const cells = layers.extra(colours, choice);
  const chosen = chosenCell(colours);
  return { sources: { ...cells.sources, ...(chosen.source && { chosen: chosen.source }) }, below: cells.below, above: chosen.layers };
}

const { map, redraw } = atlas({ ...look(), still: true, extra });

const asking = new Map(); // what each part of the page waits for

/** Let go of what a part of the page waits for. */
function forget(element) {
  asking.get(element)?.abort();
  asking.delete(element);
  element.removeAttribute("aria-busy");
}

/** Take a part of the page from the server; what was there stays, pale, until it comes. What is asked last counts. */
async function part(element, address) {
  forget(element);
  const asked = new AbortController();
  asking.set(element, asked);
  element.setAttribute("aria-busy", "true");
  try {
    const html = await (await patiently(address, { signal: asked.signal })).text();
    if (element === found) await free;
    asked.signal.throwIfAborted();
    element.innerHTML = html;
    align();
    press();
  } catch (error) {
    if (error.name === "AbortError") return;
    failed(reason(error));
  }
  forget(element);
}

const query = (more = {}) => new URLSearchParams([...new URLSearchParams(filters()), ...Object.entries(more)]).toString();

async function openCell() {
  if (!state.at) {
    forget(card);
    card.replaceChildren();
  } else await part(card, `${settings.cellCard}?${query({ at: state.at })}`);
  redraw();
  remember();
}

/** Follow a change of the choice everywhere. */
async function follow() {
  remember();
  mirror();
  const focused = document.activeElement?.id;
  await Promise.all([
    map ? layers.show(filters()) : undefined,
    part(found, `${settings.panel}?${filters()}`).then(() => focused && document.getElementById(focused)?.focus({ preventScroll: true })),
    state.at ? openCell() : undefined,
  ]);
}

/** Show the choice in the form. */
function mirror() {
  for (const name of FILTERS) if (form.elements[name]) form.elements[name].value = state[name] ?? "";
  const count = FILTERS.filter((name) => name !== "month" && state[name]).length;
  const chosen = document.getElementById("chosen");
  chosen.textContent = count;
  chosen.hidden = !count;
}

function choose(changes) {
  if ("category" in changes && changes.category !== state.category && !("item" in changes)) changes.item = "";
  Object.assign(state, changes);
  return follow();
}

legend?.addEventListener("change", () => { redraw(look()); remember(); });
if (phone.matches) document.getElementById("legend").open = false;

if (form) {
  form.addEventListener("change", ({ target }) => choose({ [target.name]: target.value }));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("clear").addEventListener("click", (event) => {
    event.preventDefault();
    choose(Object.fromEntries(FILTERS.map((name) => [name, ""])));
  });
}

// Bars, items and places are links; here they change the choice on the spot.
document.querySelector(".panel").addEventListener("click", (event) => {
  const link = event.target.closest("a[data-filter], a[data-at], a[data-close]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.dataset.filter) { choose({ [link.dataset.filter]: link.dataset.value }); return; }
  state.at = link.dataset.at ?? "";
  openCell();
  if (!state.at || !map) return;
  map.easeTo({ center: state.at.split(",").map(Number), zoom: Math.max(map.getZoom(), 14.5) });
  if (phone.matches) stage.scrollIntoView({ block: "start", behavior: "smooth" });
});

// Months: the slider's first place is all of them.
let playing = 0;
let due = 0;
let free = null; // waits until nobody holds the slider: a new panel would take it out of the hand
const turn = latest();
const months = () => document.getElementById("slider")?.dataset.months.split(" ").filter(Boolean) ?? [];
const monthAt = (place) => months()[place - 1] ?? "";

function stop() {
  clearTimeout(playing);
  playing = 0;
  press();
}

/** Show on the button whether the months play; the panel that comes with each month brings a new one. */
function press() {
  const button = document.getElementById("play");
  if (!button) return;
  button.setAttribute("aria-pressed", String(playing !== 0));
  button.textContent = playing ? "❚❚" : "▶";
}

/** Put each place of the slider under the middle of its bar. */
function align() {
  const slider = document.getElementById("slider");
  if (!slider) return;
  const beside = `(${50 / (months().length + 1)}% - 8px)`;
  slider.style.margin = `0 calc${beside}`;
  slider.style.width = `calc(100% - 2 * ${beside})`;
}

function name(place) {
  const month = monthAt(place);
  document.getElementById("month").textContent = month || t("All months");
  document.getElementById("slider").setAttribute("aria-valuetext", month || t("All months"));
}

async function play() {
  const still = turn();
  const slider = document.getElementById("slider");
  const next = Number(slider.value) >= months().length ? 1 : Number(slider.value) + 1;
  slider.value = next;
  const begun = performance.now();
  await choose({ month: monthAt(next) });
  if (!playing || !still()) return;
  if (next >= months().length) { stop(); return; }
  playing = setTimeout(play, Math.max(0, STEP_MS - (performance.now() - begun)));
}

found?.addEventListener("input", ({ target }) => {
  if (target.id !== "slider") return;
  stop();
  name(Number(target.value));
  clearTimeout(due);
  due = setTimeout(() => choose({ month: monthAt(Number(target.value)) }), 120);
});
found?.addEventListener("pointerdown", ({ target }) => {
  if (target.id !== "slider") return;
  free = new Promise((resolve) => { for (const end of ["pointerup", "pointercancel"]) addEventListener(end, resolve, { once: true }); });
});
found?.addEventListener("click", ({ target }) => {
  if (!target.closest("#play")) return;
  if (playing) { stop(); return; }
  playing = -1;
  press();
  play();
});

align();
if (map && form) {
  layers.join(map);
  layers.show(filters());
  if (found.querySelector("[data-working]")) part(found, `${settings.panel}?${filters()}`);
  if (state.at && !card.querySelector("[data-ring]")) openCell();
  map.on("click", ({ lngLat }) => {
    state.at = `${lngLat.lng.toFixed(6)},${lngLat.lat.toFixed(6)}`;
    openCell().then(() => phone.matches && card.scrollIntoView({ block: "nearest", behavior: "smooth" }));
  });
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const { lng, lat } = map.getCenter();
    state.at = `${lng.toFixed(6)},${lat.toFixed(6)}`;
    openCell();
  });
  map.getCanvas().style.cursor = "pointer";
  globalThis.findingsCells = layers; // for tests and for a look from the console
}
