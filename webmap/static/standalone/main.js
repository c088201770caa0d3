// The script of the standalone map, written into its file. The map itself calls these, by the names of its data.

import { cells } from "./cells.js";
import { credit, day, dots, streets, zones } from "./layers.js";

const PHONE_PX = 600;

Object.assign(globalThis, { xundianCells: cells, xundianCredit: credit, xundianDay: day, xundianDots: dots, xundianStreets: streets, xundianZones: zones });

/** Fold the legend and the list of layers on a phone, where they would hide the map. */
function fold() {
  const sheet = document.querySelector(".sheet"), layers = document.querySelector(".leaflet-control-layers");
  if (innerWidth >= PHONE_PX || !(sheet instanceof HTMLDetailsElement) || !layers) return;
  sheet.open = false;
  const close = () => { layers.classList.remove("leaflet-control-layers-expanded"); };
  close();
  layers.querySelector(".leaflet-control-layers-toggle")?.addEventListener("click", (event) => {
    event.preventDefault();
    layers.classList.add("leaflet-control-layers-expanded");
  });
  document.querySelector(".folium-map")?.addEventListener("pointerdown", (event) => {
    if (!(event.target instanceof Node && layers.contains(event.target))) close();
  });
}

addEventListener("DOMContentLoaded", fold);
