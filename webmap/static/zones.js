// The zones page: what is wrong, on the map and in the list.
import { atlas } from "./atlas.js";
import { cardAt } from "./cards.js";
import { STATUSES, faultLayers, kindName } from "./status.js";
import { number, settings, t } from "./texts.js";

const legend = document.querySelector("#legend form");
const layers = () => Object.fromEntries([...legend.querySelectorAll("[name=layer]")].map((box) => [box.value, box.checked]));
const level = () => legend.querySelector("[name=level]:checked")?.value ?? "street";

function extra(colours, choice) {
  if (!settings.faults || !choice.faults) return { sources: {}, below: [], above: [] };
  return { sources: { faults: { type: "geojson", data: settings.faults } }, below: [], above: [
    ...faultLayers(colours),
    { id: "outside", type: "symbol", source: "faults", filter: ["==", ["get", "kind"], "outside"],
      layout: { "icon-image": STATUSES.outside, "icon-allow-overlap": true, "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.4, 15, 0.9] } },
  ] };
}

const { map, redraw } = atlas({ ...layers(), level: level(), extra });
legend.addEventListener("change", () => redraw({ ...layers(), level: level() }));
if (matchMedia("(max-width: 800px)").matches) document.querySelector("#legend").open = false;

map?.on("click", ({ point, lngLat }) => {
  const there = ["outside", "faults"].filter((id) => map.getLayer(id));
  const [hit] = map.queryRenderedFeatures([[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]], { layers: there });
  if (!hit) return;
  const its = hit.properties;
  const title = its.kind === "outside" ? its.name : `${number(Math.round(its.area_m2))} m²`;
  const rows = its.kind === "outside" ? [[t("Id"), its.code]] : [[t("Zone"), its.name || its.code], [t("Other zone"), its.other_name || its.other]];
  cardAt(hit.geometry.type === "Point" ? hit.geometry.coordinates : lngLat, { title, under: kindName(its.kind), rows }).addTo(map);
});

document.querySelector(".panel").addEventListener("click", (event) => {
  const button = event.target.closest("[data-at]");
  if (!button?.dataset.at || !map) return;
  map.easeTo({ center: button.dataset.at.split(",").map(Number), zoom: Math.max(map.getZoom(), 15) });
  document.getElementById("stage").scrollIntoView({ block: "nearest", behavior: "smooth" });
});
