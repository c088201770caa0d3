// The cells of the statistics on a map: four bytes a cell as one texture for the far look, shapes for the near one.
import { cellTexture } from "./texture.js";
import { t } from "./texts.js";

export const NEAR = 14; // zoom from which cells are shapes
const PAUSE_MS = 400;
const GRAIN_DEG = 0.01; // of the part of the map that shapes are asked for
const UNKNOWN = 1;
const FIRST = 2;
const NOTHING = { type: "FeatureCollection", features: [] };

/** Ask for something that may still be worked out: told(progress) hears how far it is. Gives the answer. */
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

/** Say why something about the cells did not come. */
export function reason(error) {
  if (error.said) return error.said;
  return error.status === 401 ? t("Your session has ended. Log in again; nothing is lost.") : t("The cells could not be loaded. What was shown before stays; try again.");
}

/** Say over the map how far work is and what went wrong. */
export function voice() {
  const trouble = document.getElementById("trouble");
  const stage = document.getElementById("stage");
  const far = document.createElement("div");
  const name = document.createElement("span");
  const bar = document.createElement("progress");
  far.className = "far";
  far.hidden = true;
  far.setAttribute("role", "status");
  far.append(name, bar);
  stage.append(far);
  return {
    busy(yes) {
      if (yes) stage.setAttribute("aria-busy", "true");
      else stage.removeAttribute("aria-busy");
    },
    told(progress) {
      far.hidden = !progress;
      if (!progress) return;
      name.textContent = progress.stage || t("Working…");
      if (progress.total > 1) { bar.max = progress.total; bar.value = progress.done; } else bar.removeAttribute("value");
    },
    failed(message) {
      trouble.textContent = message;
      trouble.hidden = !message;
    },
  };
}

function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  return { ...head, bytes: new Uint8Array(buffer, 4 + length) };
}

/** Make the layers of the cells. settings: cells, cellShapes, surfaces; choice: surface (or "none") and outlines. */
export function cellLayers(settings, { busy, told, failed }) {
  const texture = cellTexture();
  const names = settings.surfaces.map(([name]) => name);
  const palettes = Object.fromEntries(settings.surfaces);
  let map;
  let query = null; // of what is shown; nothing is yet
  let part = null; // west, south, east, north of the shapes that are there
  let asked = new AbortController();

  const palette = (colours, surface) => colours[palettes[surface]] ?? [];
  const address = () => (part && query !== null ? `${settings.cellShapes}?${query}${query && "&"}bbox=${part.join(",")}` : "");

  /** What the page's style takes in: the shapes; the texture is no part of a style, and comes under them. */
  function extra(colours, { surface, outlines }) {
    const classes = palette(colours, surface);
    texture.paint({ channel: names.indexOf(surface), classes, outlined: outlines, colours });
    const has = (test) => ["all", ["!=", ["get", "outline"], true], test];
    const visible = { visibility: classes.length ? "visible" : "none" };
    const fill = classes.length ? ["match", ["get", surface], ...classes.flatMap((colour, i) => [FIRST + i, colour]), "rgba(0,0,0,0)"] : "rgba(0,0,0,0)";
    const edge = (id, flag, dash) => [
      { id: `${id}-casing`, type: "line", source: "cells", minzoom: NEAR, filter: ["all", ["==", ["get", "outline"], true], ["==", ["get", "flag"], flag]],
        layout: { visibility: outlines ? "visible" : "none", "line-join": "round" }, paint: { "line-color": colours.casing, "line-width": 5, "line-opacity": 0.9 } },
      { id, type: "line", source: "cells", minzoom: NEAR, filter: ["all", ["==", ["get", "outline"], true], ["==", ["get", "flag"], flag]],
        layout: { visibility: outlines ? "visible" : "none", "line-join": "round" }, paint: { "line-color": colours[id], "line-width": 2.5, ...dash } },
    ];
    return {
      sources: { cells: { type: "geojson", data: address() || NOTHING } },
      below: [
        { id: "cells", type: "fill", source: "cells", minzoom: NEAR, filter: has([">=", ["get", surface], FIRST]), layout: visible, paint: { "fill-color": fill, "fill-opacity": 0.8, "fill-antialias": false } },
        { id: "cells-unknown", type: "fill", source: "cells", minzoom: NEAR, filter: has(["==", ["get", surface], UNKNOWN]), layout: visible, paint: { "fill-pattern": "unknown", "fill-antialias": false } },
        ...edge("hot", 1, {}),
        ...edge("cold", 2, { "line-dasharray": [2, 1.4] }),
        { id: "cells-label", type: "symbol", source: "cells", minzoom: 15.5, filter: has([">=", ["get", surface], FIRST]),
          layout: { ...visible, "text-field": ["get", `${surface}_label`], "text-font": ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"], "text-size": 11 },
          paint: { "text-color": colours.ink, "text-halo-color": colours.halo, "text-halo-width": 1.5 } },
      ],
      above: [],
    };
  }

  const near = () => map.getZoom() >= NEAR;
  const covers = (bounds) => part && bounds.getWest() >= part[0] && bounds.getSouth() >= part[1] && bounds.getEast() <= part[2] && bounds.getNorth() <= part[3];

  /** Ask for the shapes of what the screen shows, and of a little around it. */
  function look() {
    const bounds = map.getBounds();
    if (query === null || !near() || covers(bounds)) return;
    const [wide, high] = [(bounds.getEast() - bounds.getWest()) / 4, (bounds.getNorth() - bounds.getSouth()) / 4];
    const down = (value) => Number((Math.floor(value / GRAIN_DEG) * GRAIN_DEG).toFixed(2));
    const up = (value) => Number((Math.ceil(value / GRAIN_DEG) * GRAIN_DEG).toFixed(2));
    part = [down(bounds.getWest() - wide), down(bounds.getSouth() - high), up(bounds.getEast() + wide), up(bounds.getNorth() + high)];
    map.getSource("cells")?.setData(address());
  }

  /** Put the texture under the shapes, again when the style was made anew. */
  function settle() {
    if (map.getLayer("cells") && !map.getLayer(texture.id)) map.addLayer(texture, "cells");
  }

  function join(its) {
    map = its;
    texture.hidden = () => near() && Boolean(part) && map.isSourceLoaded("cells") && covers(map.getBounds());
    map.on("styledata", settle);
    map.on("moveend", look);
    settle();
  }

  /** Show what a choice found: the query is that of the page's address. */
  async function show(asks) {
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    busy(true);
    failed("");
    try {
      const answer = await patiently(`${settings.cells}?${asks}`, { signal, told });
      const cells = unpack(await answer.arrayBuffer());
      if (signal.aborted) return null;
      query = asks;
      texture.fill(cells);
      part = null;
      map.getSource("cells")?.setData(NOTHING);
      look();
      map.triggerRepaint();
      return cells;
    } catch (error) {
      if (error.name === "AbortError") return null;
      told(null);
      failed(reason(error));
      return null;
    } finally {
      if (!signal.aborted) busy(false); // else what came after it still is
    }
  }

  return { extra, join, show, texture };
}
