// The cells of the statistics on a map: four bytes a cell as one texture for the far look, shapes for the near one.
import { NEAR, cellShapes } from "./cell_style.js";
import { CellTexture } from "./texture.js";
import { reason } from "./work_voice.js";

/** @typedef {ReturnType<typeof import("./work_voice.js").voice>} Voice */
/** @typedef {import("maplibre-gl").Map} Map */
/** @typedef {import("maplibre-gl").LngLatBounds} Bounds */

const PAUSE_MS = 400;
const GRAIN_DEG = 0.01; // of the part of the map that shapes are asked for
/** @type {GeoJSON.FeatureCollection} */
const NOTHING = { type: "FeatureCollection", features: [] };

/**
 * Ask for something that may still be worked out.
 * @param {string} address
 * @param {{ signal?: AbortSignal, told?: Voice["told"] }} [listening] told hears how far it is, and null when it is there
 */
export async function patiently(address, { signal, told = () => undefined } = {}) {
  for (;;) {
    const answer = await fetch(address, { signal });
    if (!answer.ok) throw Object.assign(new Error(answer.statusText), { status: answer.status, said: (await answer.json().catch(() => ({}))).error });
    if (answer.status !== 202) { told(null); return answer; }
    told(await answer.json());
    await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
    signal?.throwIfAborted();
  }
}

/** @param {ArrayBuffer} buffer a length, JSON of that length, then the cells @returns {import("./texture.js").Cells} */
function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  return { ...head, bytes: new Uint8Array(buffer, 4 + length) };
}

/** @param {number[]} part west, south, east, north @param {Bounds} bounds */
const covers = (part, bounds) =>
  bounds.getWest() >= part[0] && bounds.getSouth() >= part[1] && bounds.getEast() <= part[2] && bounds.getNorth() <= part[3];

/** Widen what the screen shows by a quarter on each side, to a grain that lets answers be kept. @param {Bounds} bounds */
export function widened(bounds) {
  const [wide, high] = [(bounds.getEast() - bounds.getWest()) / 4, (bounds.getNorth() - bounds.getSouth()) / 4];
  const down = (/** @type {number} */ value) => Number((Math.floor(value / GRAIN_DEG) * GRAIN_DEG).toFixed(2));
  const up = (/** @type {number} */ value) => Number((Math.ceil(value / GRAIN_DEG) * GRAIN_DEG).toFixed(2));
  return [down(bounds.getWest() - wide), down(bounds.getSouth() - high), up(bounds.getEast() + wide), up(bounds.getNorth() + high)];
}

/** The layers of the cells on a page's map. */
export class CellLayers {
  /** @type {Map | null} */ #map = null;
  /** @type {string | null} */ #query = null; // of what is shown; nothing is yet
  /** @type {number[] | null} */ #part = null; // west, south, east, north of the shapes that are there
  #asked = new AbortController();
  texture = new CellTexture();

  /** @param {Record<string, any>} settings cells, cellShapes, surfaces @param {Voice} voice */
  constructor(settings, voice) {
    this.settings = settings;
    this.voice = voice;
    /** @type {string[]} */
    this.names = settings.surfaces.map((/** @type {string[]} */ [name]) => name);
    this.palettes = Object.fromEntries(settings.surfaces);
  }

  get #address() {
    const { cellShapes } = this.settings;
    return this.#part && this.#query !== null ? `${cellShapes}?${this.#query}${this.#query && "&"}bbox=${this.#part.join(",")}` : "";
  }

  /** @returns {import("maplibre-gl").GeoJSONSource | undefined} */
  get #source() {
    return this.#map?.getSource("cells");
  }

  /**
   * Return what the page's style takes in: the shapes. The texture is no part of a style, and comes under them.
   * @param {import("./theme.js").Colours} colours
   * @param {{ surface: string, outlines: boolean }} choice
   * @returns {import("./style.js").Extra}
   */
  extra(colours, choice) {
    const classes = /** @type {any} */ (colours)[this.palettes[choice.surface]] ?? [];
    this.texture.look({ channel: this.names.indexOf(choice.surface), classes, outlined: choice.outlines, colours });
    return { sources: { cells: { type: "geojson", data: this.#address || NOTHING } }, below: cellShapes(colours, choice, classes), above: [] };
  }

  /** Ask for the shapes of what the screen shows, and of a little around it. */
  #look() {
    const bounds = this.#map?.getBounds();
    if (!this.#map || !bounds || this.#query === null || this.#map.getZoom() < NEAR || (this.#part && covers(this.#part, bounds))) return;
    this.#part = widened(bounds);
    this.#source?.setData(this.#address);
  }

  /** Put the texture under the shapes, again when the style was made anew. */
  #lay() {
    const map = this.#map;
    if (map?.getLayer("cells") && !map.getLayer(this.texture.id)) map.addLayer(this.texture, "cells");
  }

  /** Join a map. @param {Map} map */
  join(map) {
    this.#map = map;
    this.texture.hidden = () => {
      const part = this.#part;
      return map.getZoom() >= NEAR && part !== null && map.isSourceLoaded("cells") && covers(part, map.getBounds());
    };
    map.on("styledata", () => this.#lay());
    map.on("moveend", () => this.#look());
    this.#lay();
  }

  /**
   * Show what a choice found.
   * @param {string} asks the query of the page's address
   * @returns what was shown; null when something else was asked for meanwhile, or it failed, which is said
   */
  async show(asks) {
    this.#asked.abort();
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    this.voice.busy(true);
    this.voice.failed("");
    try {
      const answer = await patiently(`${this.settings.cells}?${asks}`, { signal, told: this.voice.told });
      const cells = unpack(await answer.arrayBuffer());
      if (!signal.aborted) this.#take(asks, cells);
      return signal.aborted ? null : cells;
    } catch (error) {
      if (/** @type {Error} */ (error).name === "AbortError") return null;
      this.voice.told(null);
      this.voice.failed(reason(error));
      return null;
    } finally {
      if (!signal.aborted) this.voice.busy(false); // else what came after it still is
    }
  }

  /** @param {string} asks @param {import("./texture.js").Cells} cells */
  #take(asks, cells) {
    this.#query = asks;
    this.texture.fill(cells);
    this.#part = null;
    this.#source?.setData(NOTHING);
    this.#look();
    this.#map?.triggerRepaint();
  }
}
