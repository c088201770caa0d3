// How the pages of imports and zones mark what they found; marks are the numbered discs of the routes with a sign inside.
import { t } from "./texts.js";

export const STATUSES = { new: "stop|3|+", changed: "stop|5|~", twin: "stop|6|2", outside: "stop|2|!", retired: "stop|10|×" };

/** @typedef {import("./theme.js").Colours} Colours */
/** @typedef {import("maplibre-gl").LayerSpecification} Layer */
/** @typedef {import("maplibre-gl").FilterSpecification} Filter */

/** Name a kind of fault. @param {string} kind @returns {string} */
export const kindName = (kind) => (/** @type {Record<string, string>} */ ({ overlap: t("overlap"), gap: t("gap"), beyond: t("beyond the parent"), outside: t("outside every zone") }))[kind] ?? kind;

/** Outlines of zones in an import, filled by what becomes of them. @param {Colours} colours @param {Filter} filter @returns {Layer[]} */
export function zoneLayers(colours, filter) {
  /** @type {import("maplibre-gl").ExpressionSpecification} */
  const fill = ["match", ["get", "status"], "new", colours.teams[2], "changed", colours.teams[4], colours.point];
  return [
    { id: "places-fill", type: "fill", source: "places", filter, paint: { "fill-color": fill, "fill-opacity": ["match", ["get", "status"], "same", 0.06, 0.22] } },
    { id: "places-line", type: "line", source: "places", filter, paint: { "line-color": fill, "line-width": 1.5 } },
  ];
}

/** Overlaps, gaps and what lies beyond a parent: filled, hatched where nothing covers. @param {Colours} colours @returns {Layer[]} */
export function faultLayers(colours) {
  /** @type {import("maplibre-gl").ExpressionSpecification} */
  const fill = ["match", ["get", "kind"], "overlap", colours.error, "gap", colours.teams[1], colours.teams[5]];
  return [
    { id: "faults", type: "fill", source: "faults", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": fill, "fill-opacity": 0.55 } },
    { id: "faults-line", type: "line", source: "faults", filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "line-color": fill, "line-width": ["interpolate", ["linear"], ["zoom"], 10, 3, 15, 1.5] } },
  ];
}
