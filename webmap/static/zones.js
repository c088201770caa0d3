// The zones page: what is wrong, on the map and in the list.
import { atlas, hits } from "./atlas.js";
import { cardAt, placeOf } from "./cards.js";
import { one, touched } from "./dom.js";
import { layers, onLegend, radio } from "./legend.js";
import { STATUSES, faultLayers, kindName } from "./status.js";
import { number, settings, t } from "./texts.js";

const choices = () => ({ ...layers(), level: radio("level", "street") });

/** @param {import("./theme.js").Colours} colours @param {import("./style.js").Choice} choice @returns {import("./style.js").Extra} */
function extra(colours, choice) {
  if (!settings.faults || !choice.faults) return { sources: {}, below: [], above: [] };
  /** @type {any} */
  const layout = { "icon-image": STATUSES.outside, "icon-allow-overlap": true, "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.4, 15, 0.9] };
  return { sources: { faults: { type: "geojson", data: settings.faults } }, below: [], above: [
    ...faultLayers(colours),
    { id: "outside", type: "symbol", source: "faults", filter: ["==", ["get", "kind"], "outside"], layout },
  ] };
}

const { map, redraw } = atlas({ ...choices(), extra });
onLegend(() => redraw(choices()));

map?.on("click", ({ point, lngLat }) => {
  const [hit] = hits(map, point, ["outside", "faults"]);
  if (!hit) return;
  const its = hit.properties;
  cardAt(placeOf(hit, lngLat), its.kind === "outside"
    ? { title: its.name, under: kindName(its.kind), rows: [[t("Id"), its.code]] }
    : { title: `${number(Math.round(its.area_m2))} m²`, under: kindName(its.kind),
      rows: [[t("Zone"), its.name || its.code], [t("Other zone"), its.other_name || its.other]] }).addTo(map);
});

one(".panel", HTMLElement).addEventListener("click", (event) => {
  const button = touched(event, "[data-at]", HTMLElement);
  if (!button?.dataset.at || !map) return;
  const [lon, lat] = button.dataset.at.split(",").map(Number);
  map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 15) });
  one("#stage", HTMLElement).scrollIntoView({ block: "nearest", behavior: "smooth" });
});
