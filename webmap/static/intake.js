// The preview of an import: every row where it would lie, with what becomes of it.
import { atlas, hits } from "./atlas.js";
import { cardAt, placeOf } from "./cards.js";
import { all, maybe } from "./dom.js";
import { legend, onLegend } from "./legend.js";
import { STATUSES, faultLayers, kindName, zoneLayers } from "./status.js";
import { number, settings, t } from "./texts.js";

const shown = () => (legend ? all("[name=status]:checked", HTMLInputElement, legend).map((box) => box.value) : []);

/** Return what the legend calls a status, without its mark and its count. @param {string} status */
function meaning(status) {
  const label = legend && maybe(`[value="${status}"]`, HTMLInputElement, legend)?.parentElement;
  return label?.textContent?.trim().replace(/^[+~2!×]\s*/, "").replace(/\s*[\d\u202f]+$/, "") ?? status;
}

/** @param {import("./theme.js").Colours} colours @param {any} filter @returns {import("./style.js").Extra["above"]} */
function placeLayers(colours, filter) {
  const marks = ["match", ["get", "status"], ...Object.entries(STATUSES).flat(), ""];
  const of = (/** @type {string} */ equal) => ["all", filter, [equal, ["get", "status"], "same"]];
  return /** @type {any} */ ([
    { id: "places-same", type: "circle", source: "places", filter: of("=="),
      paint: { "circle-color": colours.point, "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 2, 16, 5], "circle-stroke-color": colours.halo, "circle-stroke-width": 1 } },
    { id: "places", type: "symbol", source: "places", filter: of("!="),
      layout: { "icon-image": marks, "icon-allow-overlap": true, "icon-ignore-placement": true, "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.35, 14, 0.7, 17, 0.9] } },
  ]);
}

/** @param {import("./theme.js").Colours} colours @param {import("./style.js").Choice} choice @returns {import("./style.js").Extra} */
function extra(colours, choice) {
  if (!settings.places) return { sources: {}, below: [], above: [] };
  /** @type {import("./style.js").Extra["sources"]} */
  const sources = { places: { type: "geojson", data: settings.places } };
  /** @type {any} */
  const filter = ["in", ["get", "status"], ["literal", choice.statuses]];
  if (!settings.faults) return { sources, below: [], above: placeLayers(colours, filter) };
  const below = [...zoneLayers(colours, filter), ...faultLayers(colours)];
  return { sources: { ...sources, faults: { type: "geojson", data: settings.faults } }, below, above: [] };
}

const { map, redraw } = atlas({ zones: true, level: "street", statuses: shown(), extra });
onLegend(() => redraw({ statuses: shown() }));

map?.on("click", ({ point, lngLat }) => {
  const [hit] = hits(map, point, ["places", "places-same", "faults", "places-fill"], 5);
  if (!hit) return;
  const its = hit.properties;
  cardAt(placeOf(hit, lngLat), its.area_m2 === undefined
    ? { title: its.name, under: its.kind, rows: [[t("Id"), its.id], [t("After the import"), meaning(its.status)]] }
    : { title: `${number(Math.round(its.area_m2))} m²`, under: kindName(its.kind), rows: [[t("Zone"), its.code], [t("Other zone"), its.other]] }).addTo(map);
});
