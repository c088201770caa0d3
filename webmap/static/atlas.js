// A map on the page: made once, redrawn when a choice or the theme changes, and honest when something cannot be loaded.
import { AttributionControl, Map, NavigationControl, ScaleControl, addProtocol } from "./vendor/maplibre-gl/maplibre-gl.mjs";
import { cardOf, placeOf } from "./cards.js";
import { maybe, one, phone } from "./dom.js";
import { drawMarks } from "./marks.js";
import { styleOf } from "./style.js";
import { settings, t } from "./texts.js";
import { colours, onTheme } from "./theme.js";

/** @typedef {import("./style.js").Choice} Choice */
/** @typedef {(changes?: Partial<Choice>) => void} Redraw */

const CLICKED = ["stops", "problems", "checkpoints", "crowds", "routes"];
const NEARER = 2; // zooms, when a crowd of checkpoints is clicked
const NEAR_PX = 4; // around a click in which something is hit
const SOURCE = '<a href="https://www.openstreetmap.org/copyright" rel="noreferrer">© OpenStreetMap contributors</a>';

const locale = () => ({
  "AttributionControl.ToggleAttribution": t("Sources"),
  "NavigationControl.ZoomIn": t("Zoom in"),
  "NavigationControl.ZoomOut": t("Zoom out"),
  "Popup.Close": t("Close"),
  "Map.Title": t("Map"),
  "ScaleControl.Meters": "m",
  "ScaleControl.Kilometers": "km",
  "CooperativeGesturesHandler.WindowsHelpText": t("Use Ctrl and scroll to zoom the map"),
  "CooperativeGesturesHandler.MacHelpText": t("Use ⌘ and scroll to zoom the map"),
  "CooperativeGesturesHandler.MobileHelpText": t("Use two fingers to move the map"),
});

/** Keep the legend, which lies over a wide map, clear of what the map shows. @param {HTMLElement} stage */
function room(stage) {
  const legend = maybe("#legend", HTMLElement);
  const beside = legend && stage.clientWidth > 900 ? legend.offsetWidth + 32 : 24;
  return { top: 32, bottom: 40, left: 32, right: settings.own ? 48 : beside };
}

/** @param {string} message */
function say(message) {
  const line = one("#trouble", HTMLElement);
  line.textContent = message;
  line.hidden = !message;
}

/** @param {any} error of MapLibre: with the status of an answer, where there was one */
function reason(error) {
  if (error?.status === 401) return t("Your session has ended. Log in again; nothing is lost.");
  if (error?.status === 403) return t("Your account may not see this layer.");
  return t("A layer of the map could not be loaded. The lists beside it are right; reload the page to try again.");
}

/**
 * Return what of some layers lies near a point of the screen.
 * @param {Map} map
 * @param {{ x: number, y: number }} point
 * @param {string[]} layers those of them that the map has are asked
 * @param {number} [near] px around the point
 */
export function hits(map, { x, y }, layers, near = NEAR_PX) {
  const there = layers.filter((id) => map.getLayer(id));
  return map.queryRenderedFeatures([[x - near, y - near], [x + near, y + near]], { layers: there });
}

/**
 * @param {HTMLElement} stage
 * @param {import("maplibre-gl").StyleSpecification} style
 * @returns {Map | null} null where the browser cannot draw it
 */
function made(stage, style) {
  try {
    return new Map({
      container: "map", style, bounds: settings.bounds, fitBoundsOptions: { padding: room(stage) }, attributionControl: false,
      dragRotate: false, pitchWithRotate: false, touchPitch: false, maxZoom: 18, minZoom: 3, cooperativeGestures: phone.matches,
      locale: locale(), localIdeographFontFamily: getComputedStyle(document.body).fontFamily, fadeDuration: 0,
    });
  } catch {
    stage.classList.add("ready");
    say(t("This browser cannot draw the map (WebGL is missing or switched off). The lists beside it work without."));
    return null;
  }
}

/** Give a map its controls, and say when it is ready and when it failed. @param {Map} map @param {HTMLElement} stage */
function furnish(map, stage) {
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ maxWidth: 96 }), "bottom-left");
  map.addControl(new AttributionControl({ compact: false, customAttribution: SOURCE }), "bottom-right");
  map.on("idle", () => stage.classList.add("ready"));
  map.on("dataloading", (event) => { if (event.dataType === "source") stage.classList.remove("ready"); });
  map.on("error", ({ error }) => { console.warn(error); stage.classList.add("ready"); say(reason(error)); });
}

/** Open the card of what is clicked, or go nearer to a crowd; a page that is still takes the clicks itself. @param {Map} map @param {Choice} choice */
function answerClicks(map, choice) {
  const layers = () => (choice.still ? [] : CLICKED);
  map.on("click", ({ point, lngLat }) => {
    const [hit] = choice.still ? [] : hits(map, point, layers());
    if (hit?.layer.id === "crowds") map.easeTo({ center: placeOf(hit, lngLat), zoom: map.getZoom() + NEARER });
    else if (hit) cardOf(hit, lngLat).addTo(map);
  });
  map.on("mousemove", ({ point }) => {
    map.getCanvas().style.cursor = !choice.still && hits(map, point, layers(), 0).length ? "pointer" : "";
  });
}

/**
 * Draw the page's map.
 * @param {Choice} choice
 * @returns {{ map: Map | null, redraw: Redraw }} redraw takes over choices and draws again
 */
export function atlas(choice) {
  document.documentElement.classList.add("scripted");
  addProtocol("pmtiles", new /** @type {any} */ (globalThis).pmtiles.Protocol().tile);
  const stage = one("#stage", HTMLElement);
  let palette = colours();
  const map = made(stage, styleOf(settings, palette, choice));
  if (!map) return { map, redraw: () => undefined };
  furnish(map, stage);
  drawMarks(map, () => palette);
  answerClicks(map, choice);
  const redraw = (changes = {}) => { Object.assign(choice, changes); map.setStyle(styleOf(settings, palette, choice)); };
  onTheme(() => {
    palette = colours();
    for (const id of map.listImages()) map.removeImage(id);
    redraw();
  });
  /** @type {any} */ (globalThis).atlasMap = map; // for tests and for a look from the console
  return { map, redraw };
}
