// Where it is bad: the cells as a picture below the streets, the edges of what is flagged above the routes.

import { pixelRows, rowAt, rowsOf, tintsOf, unpacked } from "./cell_arrays.js";
import { cellCard } from "./cell_card.js";
import { Months } from "./months.js";
import { block } from "./texts.js";

/** Return the height of a latitude on a Mercator map. @param {number} lat */
const mercator = (lat) => Math.asinh(Math.tan((lat * Math.PI) / 180));

/**
 * Draw the cells, the slider of months, and tell what is known of a cell that is clicked.
 * @param {L.Map} map
 * @param {L.LayerGroup} group
 * @param {string} name
 * @param {boolean} visible
 */
export function cells(map, group, name, visible) {
  const given = /** @type {import("./cell_arrays.js").Given} */ (block(name));
  const bar = /** @type {HTMLElement} */ (document.getElementById("months"));
  const months = new Months(bar, given);
  below(map, group);
  edges(map, group, given);
  group.on("add", () => { bar.hidden = false; });
  group.on("remove", () => { bar.hidden = true; months.stop(); });
  bar.hidden = !visible;
  if (typeof DecompressionStream === "undefined") months.fail();
  else unpacked(given).then((arrays) => { new Surface(map, group, given, arrays).start(months); }).catch(() => { months.fail(); });
}

/** Hatch what nobody visited. @param {L.Map} map @param {L.LayerGroup} group */
function below(map, group) {
  map.createPane("ground").style.zIndex = "340";
  map.createPane("cells").style.zIndex = "350"; // below streets and routes
  const look = { interactive: false, pane: "ground", renderer: L.svg({ pane: "ground" }), style: { className: "unvisited", stroke: false } };
  group.addLayer(L.geoJSON(block("ground"), look));
}

/**
 * Draw the edges of what is flagged, thin where cells are small; a pale line below each, so that it shows on dark cells.
 * @param {L.Map} map
 * @param {L.LayerGroup} group
 * @param {import("./cell_arrays.js").Given} given
 */
function edges(map, group, given) {
  const pane = map.createPane("flags");
  pane.style.zIndex = "450"; // above streets and routes
  const renderer = L.svg({ pane: "flags" }), shapes = block("edges");
  for (const halo of [true, false]) {
    const name = (/** @type {any} */ one) => (halo ? "halo" : one.properties.flag === 1 ? "hot" : "cold");
    /** @type {any} */
    const options = { interactive: false, pane: "flags", renderer, style: (/** @type {any} */ one) => ({ className: name(one), fill: false }) };
    group.addLayer(L.geoJSON(shapes, options));
  }
  const [west, south, east] = given.bounds;
  const cellPx = () => (map.latLngToLayerPoint([south, east]).x - map.latLngToLayerPoint([south, west]).x) / given.columns;
  const thin = () => { pane.style.setProperty("--edge", `${Math.min(2.5, Math.max(0.8, cellPx() / 5))}px`); };
  map.on("zoomend", thin);
  thin();
}

/** The picture of the cells. */
class Surface {
  /**
   * @param {L.Map} map
   * @param {L.LayerGroup} group
   * @param {import("./cell_arrays.js").Given} given
   * @param {Record<string, any>} arrays
   */
  constructor(map, group, given, arrays) {
    this.map = map;
    this.group = group;
    this.given = given;
    this.arrays = arrays;
    this.rows = rowsOf(given, arrays.cell);
    this.lookup = pixelRows(given, this.rows);
    this.tints = tintsOf(given.colours);
    this.wide = given.size[0];
    this.high = given.size[1];
    this.canvas = Object.assign(document.createElement("canvas"), { width: this.wide, height: this.high, id: "surface" });
  }

  /** Lay the picture on the map, and let the months change it. @param {Months} months */
  start(months) {
    const [west, south, east, north] = this.given.bounds;
    const canvas = /** @type {any} */ (this.canvas); // Leaflet lays any element over a map
    this.group.addLayer(L.svgOverlay(canvas, [[south, west], [north, east]], { pane: "cells", className: "surface" }));
    this.map.on("click", (/** @type {L.LeafletMouseEvent} */ event) => { this.tell(event.latlng); });
    months.start((month) => { this.draw(month); });
  }

  /** Draw a month, 0 all of them. @param {number} month */
  draw(month) {
    const { months, rateClass, cell } = this.arrays;
    const first = (month - 1) * cell.length;
    const tint = Uint32Array.from(cell, (_, row) => this.tints[month ? months[first + row] : rateClass[row]]);
    const image = new ImageData(this.wide, this.high);
    const out = new Uint32Array(image.data.buffer);
    for (let i = 0; i < out.length; i += 1) if (this.lookup[i] >= 0) out[i] = tint[this.lookup[i]];
    this.canvas.getContext("2d")?.putImageData(image, 0, 0);
    // The edges say what all months together show.
    /** @type {HTMLElement} */ (this.map.getPane("flags")).style.display = month ? "none" : "";
  }

  /** Tell what is known of the cell at a place. @param {L.LatLng} place */
  tell(place) {
    const [west, south, east, north] = this.given.bounds;
    const top = mercator(north), bottom = mercator(south);
    const u = (place.lng - west) / (east - west), v = (top - mercator(place.lat)) / (top - bottom);
    const row = this.map.hasLayer(this.group) ? rowAt(this.given, this.rows, u, v) : -1;
    if (row < 0) return;
    const panel = innerWidth > 600 ? 300 : 16; // the legend must not hide it
    L.popup({ maxWidth: 300, autoPanPaddingTopLeft: [panel, 16] }).setLatLng(place).setContent(cellCard(this.given, this.arrays, row)).openOn(this.map);
  }
}
