// Closing streets: corners of an area are set by clicks on the map, or a street is picked by its name.
import { hits } from "./atlas.js";
import { all, one, setField } from "./dom.js";
import { settings, t } from "./texts.js";

/** @typedef {[number, number]} Corner longitude and latitude */

const NEAR = 8; // px around a click in which a street is looked for
/** @type {GeoJSON.FeatureCollection} */
const NONE = { type: "FeatureCollection", features: [] };

/** @param {Corner[]} corners */
const ring = (corners) => [...corners, corners[0]];

/** Return what is drawn of an area so far: its corners, their line, and the area once it is one. @param {Corner[]} corners @returns {GeoJSON.FeatureCollection} */
export function sketch(corners) {
  /** @type {GeoJSON.Geometry[]} */
  const shapes = corners.map((at) => ({ type: "Point", coordinates: at }));
  if (corners.length > 1) shapes.push({ type: "LineString", coordinates: corners.length > 2 ? ring(corners) : corners });
  if (corners.length > 2) shapes.push({ type: "Polygon", coordinates: [ring(corners)] });
  return { type: "FeatureCollection", features: shapes.map((geometry) => ({ type: "Feature", properties: {}, geometry })) };
}

/**
 * The layers of closures and of the area that is being drawn, for the map's style.
 * @param {import("./theme.js").Colours} colours
 * @param {import("./style.js").Choice} choice
 * @returns {import("./style.js").Extra}
 */
export function closureLayers(colours, choice) {
  const red = colours.error;
  /** @type {any} */
  const layout = { visibility: choice.closures === false ? "none" : "visible" };
  const drawn = (/** @type {string} */ kind) => /** @type {any} */ ({ source: "sketch", filter: ["==", ["geometry-type"], kind] });
  const listed = (/** @type {string} */ part) => /** @type {any} */ ({ source: "closed", filter: ["==", ["get", "part"], part], layout });
  return {
    sources: { closed: { type: "geojson", data: settings.closures }, sketch: { type: "geojson", data: choice.sketch ?? NONE } },
    below: [{ id: "closed-area", type: "fill", ...listed("area"), paint: { "fill-color": red, "fill-opacity": 0.14 } }],
    above: [
      { id: "closed", type: "line", ...listed("street"), paint: { "line-color": red, "line-width": 4, "line-dasharray": [1.5, 1] } },
      { id: "sketch-area", type: "fill", ...drawn("Polygon"), paint: { "fill-color": red, "fill-opacity": 0.2 } },
      { id: "sketch", type: "line", ...drawn("LineString"), paint: { "line-color": red, "line-width": 2 } },
      { id: "corners", type: "circle", ...drawn("Point"),
        paint: { "circle-radius": 5, "circle-color": red, "circle-stroke-color": colours.casing, "circle-stroke-width": 2 } },
    ],
  };
}

/** The two tools of the form: an area is drawn, a street is picked. */
class ClosingTools {
  #form = one("#close", HTMLFormElement);
  #said = one("#tool", HTMLElement);
  #stage = one("#stage", HTMLElement);
  #buttons = all("[data-tool]", HTMLElement, this.#form);
  #tool = "";
  /** @type {Corner[]} */ #corners = [];

  /** @param {import("maplibre-gl").Map} map @param {import("./atlas.js").Redraw} redraw */
  constructor(map, redraw) {
    this.map = map;
    this.redraw = redraw;
    for (const button of this.#buttons) {
      const tool = button.dataset.tool ?? "";
      button.addEventListener("click", () => (this.#tool === tool ? this.end() : this.take(tool)));
    }
    map.on("click", ({ point, lngLat }) => {
      if (this.#tool === "street") this.pick(point);
      else if (this.#tool === "area") this.draw([...this.#corners, [Number(lngLat.lng.toFixed(6)), Number(lngLat.lat.toFixed(6))]]);
    });
    map.on("dblclick", () => { if (this.#tool === "area") this.end(); });
    addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {string} text */
  say(text) {
    this.#said.textContent = text;
    this.#said.hidden = !text;
  }

  /** Take a tool in hand, or put it away with "". @param {string} tool */
  take(tool) {
    this.#tool = tool;
    for (const button of this.#buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    this.#stage.classList.toggle("drawing", tool !== "");
    if (tool) this.map.doubleClickZoom.disable();
    else this.map.doubleClickZoom.enable();
    if (tool === "area") { this.#corners = []; setField(this.#form, "area", ""); }
    this.redraw({ still: tool !== "", sketch: sketch(this.#corners) });
    if (tool === "area") this.say(t("Tap the corners of the area on the map. Enter or a double tap ends it; Backspace takes a corner back."));
    else if (tool === "street") this.say(t("Tap the street on the map."));
    else if (!this.#corners.length) this.say("");
    if (tool) this.#stage.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  /** @param {Corner[]} corners */
  draw(corners) {
    this.#corners = corners;
    this.redraw({ sketch: sketch(corners) });
    setField(this.#form, "area", corners.length > 2 ? JSON.stringify({ type: "Polygon", coordinates: [ring(corners)] }) : "");
    if (corners.length > 2) this.say(t("{count} corners. Enter or a double tap ends the area.", { count: corners.length }));
  }

  end() {
    if (this.#tool === "area" && this.#corners.length < 3) this.#corners = [];
    const whole = this.#corners.length > 2;
    this.take("");
    this.say(whole ? t("The area is drawn. Say how long and why, then close it.") : "");
  }

  /** @param {{ x: number, y: number }} point */
  pick(point) {
    const street = hits(this.map, point, ["streets"], NEAR).find((found) => found.properties.name);
    if (!street) return this.say(t("No street with a name is here. Draw an area instead."));
    setField(this.#form, "street", street.properties.name);
    this.take("");
    return this.say(t("{street}: with an area only the part in it is closed, else the whole street.", { street: street.properties.name }));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const typing = event.target instanceof Element && event.target.closest("input, select, textarea");
    if (this.#tool !== "area" || typing || !["Enter", "Backspace", "Escape"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "Backspace") { this.draw(this.#corners.slice(0, -1)); return; }
    if (event.key === "Escape") this.#corners = [];
    this.end();
  }
}

/** Let areas be drawn and streets be picked. @param {{ map: import("maplibre-gl").Map, redraw: import("./atlas.js").Redraw }} page */
export function closing({ map, redraw }) {
  return new ClosingTools(map, redraw);
}
