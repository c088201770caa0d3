// The preview of an import: every row where it would lie, with what becomes of it.
import { atlas } from "./atlas.js";
import { cardAt } from "./cards.js";
import { number, settings, t } from "./texts.js";
import { STATUSES, faultLayers, kindName, zoneLayers } from "./status.js";

const legend = document.querySelector("#legend form");
const shown = () => [...(legend?.querySelectorAll("[name=status]:checked") ?? [])].map((box) => box.value);
const meaning = (status) => legend?.querySelector(`[value="${status}"]`)?.parentElement.textContent.trim().replace(/^[+~2!×]\s*/, "").replace(/\s*[\d\u202f]+$/, "") ?? status;

function extra(colours, choice) {
  if (!settings.places) return { sources: {}, below: [], above: [] };
  const sources = { places: { type: "geojson", data: settings.places } };
  const filter = ["in", ["get", "status"], ["literal", choice.statuses]];
  if (settings.faults) {
    const faults = faultLayers(colours);
    return { sources: { ...sources, faults: { type: "geojson", data: settings.faults } }, below: [...zoneLayers(colours, filter), ...faults], above: [] };
  }
  const marks = ["match", ["get", "status"], ...Object.entries(STATUSES).flatMap(([status, mark]) => [status, mark]), ""];
  return { sources, below: [], above: [
    { id: "places-same", type: "circle", source: "places", filter: ["all", filter, ["==", ["get", "status"], "same"]],
      paint: { "circle-color": colours.point, "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 2, 16, 5], "circle-stroke-color": colours.halo, "circle-stroke-width": 1 } },
    { id: "places", type: "symbol", source: "places", filter: ["all", filter, ["!=", ["get", "status"], "same"]],
      layout: { "icon-image": marks, "icon-allow-overlap": true, "icon-ignore-placement": true, "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.35, 14, 0.7, 17, 0.9] } },
  ] };
}

const { map, redraw } = atlas({ zones: true, level: "street", statuses: shown(), extra });
legend?.addEventListener("change", () => redraw({ statuses: shown() }));
if (matchMedia("(max-width: 800px)").matches && document.querySelector("#legend")) document.querySelector("#legend").open = false;

map?.on("click", ({ point, lngLat }) => {
  const layers = ["places", "places-same", "faults", "places-fill"].filter((id) => map.getLayer(id));
  const [hit] = map.queryRenderedFeatures([[point.x - 5, point.y - 5], [point.x + 5, point.y + 5]], { layers });
  if (!hit) return;
  const its = hit.properties;
  const at = hit.geometry.type === "Point" ? hit.geometry.coordinates : lngLat;
  const card = its.area_m2 === undefined
    ? { title: its.name, under: its.kind, rows: [[t("Id"), its.id], [t("After the import"), meaning(its.status)]] }
    : { title: `${number(Math.round(its.area_m2))} m²`, under: kindName(its.kind), rows: [[t("Zone"), its.code], [t("Other zone"), its.other]] };
  cardAt(at, card).addTo(map);
});
