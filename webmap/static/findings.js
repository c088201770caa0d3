// The statistics map: the choice stands in the address; the map, the panel and the card of a cell follow it.
import { atlas } from "./atlas.js";
import { CellLayers, patiently } from "./cells.js";
import { elsewhere, maybe, one, phone, setField, touched } from "./dom.js";
import { legend, onLegend, radio } from "./legend.js";
import { Months } from "./months.js";
import "./photos.js";
import { settings } from "./texts.js";
import { reason, voice } from "./work_voice.js";

const FILTERS = ["category", "item", "street", "round", "kind", "since", "until", "month", "radius"];
const CLOSE_ZOOM = 14.5;
const form = maybe("#filter", HTMLFormElement); // none where nothing was visited yet
const found = maybe("#found", HTMLElement);
const card = maybe("#cell", HTMLElement);

/** @type {Record<string, string>} */
const state = Object.fromEntries([...new URLSearchParams(location.search)].filter(([name, value]) => value && [...FILTERS, "at"].includes(name)));
const filters = () => new URLSearchParams(FILTERS.filter((name) => state[name]).map((name) => [name, state[name]])).toString();
/** @param {Record<string, string>} more */
const query = (more) => new URLSearchParams([...new URLSearchParams(filters()), ...Object.entries(more)]).toString();

function look() {
  const on = (/** @type {string} */ name) => Boolean(legend && maybe(`[name=layer][value=${name}]`, HTMLInputElement, legend)?.checked);
  return { surface: radio("surface", "none"), outlines: on("outlines"), zones: on("zones"), level: radio("level", "street") };
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

const said = voice();
const layers = new CellLayers(settings, said);

/** The cell whose card is open. @param {import("./theme.js").Colours} colours @returns {import("./style.js").Extra} */
function chosenCell(colours) {
  const ring = card && maybe("[data-ring]", HTMLElement, card)?.dataset.ring;
  if (!ring) return { sources: {}, below: [], above: [] };
  const data = { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [JSON.parse(ring)] } };
  return { sources: { chosen: /** @type {any} */ ({ type: "geojson", data }) }, below: [], above: [
    { id: "chosen-casing", type: "line", source: "chosen", paint: { "line-color": colours.casing, "line-width": 6 } },
    { id: "chosen", type: "line", source: "chosen", paint: { "line-color": colours.accent, "line-width": 3 } },
  ] };
}

/** @param {import("./theme.js").Colours} colours @param {import("./style.js").Choice} choice @returns {import("./style.js").Extra} */
function extra(colours, choice) {
  const cells = layers.extra(colours, { surface: choice.surface ?? "none", outlines: choice.outlines ?? false });
  const chosen = chosenCell(colours);
  return { sources: { ...cells.sources, ...chosen.sources }, below: cells.below, above: chosen.above };
}

const { map, redraw } = atlas({ ...look(), still: true, extra });
const months = found ? new Months(found, (month) => choose({ month })) : null;

/** @type {Map<HTMLElement, AbortController>} */
const asking = new Map(); // what each part of the page waits for

/** Let go of what a part of the page waits for. @param {HTMLElement} element */
function forget(element) {
  asking.get(element)?.abort();
  asking.delete(element);
  element.removeAttribute("aria-busy");
}

/**
 * Take a part of the page from the server; what was there stays, pale, until it comes. What is asked last counts.
 * @param {HTMLElement | null} element
 * @param {string} address
 */
async function part(element, address) {
  if (!element) return;
  forget(element);
  const asked = new AbortController();
  asking.set(element, asked);
  element.setAttribute("aria-busy", "true");
  try {
    const html = await (await patiently(address, { signal: asked.signal })).text();
    if (element === found) await months?.free;
    asked.signal.throwIfAborted();
    element.innerHTML = html;
    months?.show();
  } catch (error) {
    if (/** @type {Error} */ (error).name === "AbortError") return;
    said.failed(reason(error));
  }
  forget(element);
}

async function openCell() {
  if (state.at) await part(card, `${settings.cellCard}?${query({ at: state.at })}`);
  else if (card) {
    forget(card);
    card.replaceChildren();
  }
  redraw();
  remember();
}

/** Open the card of a place. @param {{ lng: number, lat: number }} place */
function openAt({ lng, lat }) {
  state.at = `${lng.toFixed(6)},${lat.toFixed(6)}`;
  return openCell();
}

async function panel() {
  const focused = document.activeElement?.id;
  await part(found, `${settings.panel}?${filters()}`);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** Show the choice in the form. */
function mirror() {
  if (form) for (const name of FILTERS) setField(form, name, state[name] ?? "");
  const count = FILTERS.filter((name) => name !== "month" && state[name]).length;
  const chosen = one("#chosen", HTMLElement);
  chosen.textContent = String(count);
  chosen.hidden = !count;
}

/** Follow a change of the choice everywhere. @param {Record<string, string>} changes */
async function choose(changes) {
  if ("category" in changes && changes.category !== state.category && !("item" in changes)) changes.item = "";
  Object.assign(state, changes);
  remember();
  mirror();
  await Promise.all([map ? layers.show(filters()) : undefined, panel(), state.at ? openCell() : undefined]);
}

onLegend(() => { redraw(look()); remember(); });
form?.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) choose({ [target.name]: target.value });
});
form?.addEventListener("submit", (event) => event.preventDefault());
maybe("#clear", HTMLElement)?.addEventListener("click", (event) => {
  event.preventDefault();
  choose(Object.fromEntries(FILTERS.map((name) => [name, ""])));
});

// Bars, items and places are links; here they change the choice on the spot.
one(".panel", HTMLElement).addEventListener("click", (event) => {
  const link = touched(event, "a[data-filter], a[data-at], a[data-close]", HTMLElement);
  if (!link || elsewhere(event)) return;
  event.preventDefault();
  if (link.dataset.filter) { choose({ [link.dataset.filter]: link.dataset.value ?? "" }); return; }
  state.at = link.dataset.at ?? "";
  openCell();
  if (!state.at || !map) return;
  const [lon, lat] = state.at.split(",").map(Number);
  map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), CLOSE_ZOOM) });
  if (phone.matches) one("#stage", HTMLElement).scrollIntoView({ block: "start", behavior: "smooth" });
});

if (map && form) {
  layers.join(map);
  layers.show(filters());
  if (found?.querySelector("[data-working]")) part(found, `${settings.panel}?${filters()}`);
  if (state.at && !card?.querySelector("[data-ring]")) openCell();
  map.on("click", ({ lngLat }) => {
    openAt(lngLat).then(() => { if (phone.matches) card?.scrollIntoView({ block: "nearest", behavior: "smooth" }); });
  });
  map.getCanvas().addEventListener("keydown", (event) => { if (event.key === "Enter") openAt(map.getCenter()); });
  map.getCanvas().style.cursor = "pointer";
  /** @type {any} */ (globalThis).findingsCells = layers; // for tests and for a look from the console
}
