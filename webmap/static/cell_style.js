// How the shapes of cells look on the near map: filled by class, hatched where unknown, outlined where hot or cold. Pure.

/** @typedef {import("./theme.js").Colours} Colours */
/** @typedef {import("maplibre-gl").LayerSpecification} Layer */

export const NEAR = 14; // zoom from which cells are shapes
const LABELS = 15.5; // and from which each says its value
const UNKNOWN = 1; // classes of the server
const FIRST = 2;
const CLEAR = "rgba(0,0,0,0)";
const FONT = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"];

/** @param {string} id @param {number} flag @param {Colours} colours @param {boolean} outlines @param {object} dash @returns {Layer[]} */
function edge(id, flag, colours, outlines, dash) {
  /** @type {import("maplibre-gl").FilterSpecification} */
  const filter = ["all", ["==", ["get", "outline"], true], ["==", ["get", "flag"], flag]];
  /** @type {any} */
  const common = { type: "line", source: "cells", minzoom: NEAR, filter, layout: { visibility: outlines ? "visible" : "none", "line-join": "round" } };
  const colour = id === "hot" ? colours.hot : colours.cold;
  return [
    { id: `${id}-casing`, ...common, paint: { "line-color": colours.casing, "line-width": 5, "line-opacity": 0.9 } },
    { id, ...common, paint: { "line-color": colour, "line-width": 2.5, ...dash } },
  ];
}

/**
 * Return the layers of the shapes.
 * @param {Colours} colours
 * @param {{ surface: string, outlines: boolean }} choice
 * @param {string[]} classes colours of the surface's classes; none: the surface is not shown
 * @returns {Layer[]}
 */
export function cellShapes(colours, { surface, outlines }, classes) {
  const has = (/** @type {any} */ test) => ["all", ["!=", ["get", "outline"], true], test];
  const visible = { visibility: classes.length ? "visible" : "none" };
  const fill = classes.length ? ["match", ["get", surface], ...classes.flatMap((colour, i) => [FIRST + i, colour]), CLEAR] : CLEAR;
  const common = { source: "cells", minzoom: NEAR };
  const known = has([">=", ["get", surface], FIRST]);
  /** @type {any} */
  const label = { ...visible, "text-field": ["get", `${surface}_label`], "text-font": FONT, "text-size": 11 };
  return /** @type {Layer[]} */ ([
    { id: "cells", type: "fill", ...common, filter: known, layout: visible, paint: { "fill-color": fill, "fill-opacity": 0.8, "fill-antialias": false } },
    { id: "cells-unknown", type: "fill", ...common, filter: has(["==", ["get", surface], UNKNOWN]), layout: visible,
      paint: { "fill-pattern": "unknown", "fill-antialias": false } },
    ...edge("hot", 1, colours, outlines, {}),
    ...edge("cold", 2, colours, outlines, { "line-dasharray": [2, 1.4] }),
    { id: "cells-label", type: "symbol", ...common, minzoom: LABELS, filter: known, layout: label,
      paint: { "text-color": colours.ink, "text-halo-color": colours.halo, "text-halo-width": 1.5 } },
  ]);
}
