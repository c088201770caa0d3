// Placing checkpoints by hand: choose one, tap its place, save.
import { Marker } from "./vendor/maplibre-gl/maplibre-gl.mjs";
import { atlas } from "./atlas.js";
import { t } from "./texts.js";

const legend = document.querySelector("#legend form");
const layers = () => Object.fromEntries([...legend.querySelectorAll("[name=layer]")].map((box) => [box.value, box.checked]));
const { map, redraw } = atlas({ ...layers(), level: "street", still: true });
legend.addEventListener("change", () => redraw(layers()));
if (matchMedia("(max-width: 800px)").matches) document.querySelector("#legend").open = false;

const form = document.getElementById("put");
const which = document.getElementById("which");
const where = document.getElementById("where");
const list = document.getElementById("places");
const marker = new Marker({ draggable: true, color: getComputedStyle(document.documentElement).getPropertyValue("--accent").trim() });

function choose(id) {
  which.value = id;
  for (const button of list.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.id === id));
  const chosen = list.querySelector(`[aria-pressed="true"]`);
  where.textContent = t("Now tap the place of {name} on the map.", { name: chosen?.querySelector("b").textContent ?? id });
}

function take({ lng, lat }) {
  form.elements.lon.value = lng.toFixed(7);
  form.elements.lat.value = lat.toFixed(7);
  form.elements.datum.value = "wgs84"; // the map's own
  where.textContent = t("Marked. Move the mark if need be, then save.");
}

if (form) {
  choose(which.value);
  which.addEventListener("change", () => choose(which.value));
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    choose(button.dataset.id);
    document.getElementById("stage").scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
  map?.on("click", ({ lngLat }) => { marker.setLngLat(lngLat).addTo(map); take(lngLat); });
  marker.on("dragend", () => take(marker.getLngLat()));
}
