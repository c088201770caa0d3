// Placing checkpoints by hand: choose one, tap its place, save.
import { Marker } from "./vendor/maplibre-gl/maplibre-gl.mjs";
import { atlas } from "./atlas.js";
import { all, maybe, one, setField, touched } from "./dom.js";
import { layers, onLegend } from "./legend.js";
import { t } from "./texts.js";

const { map, redraw } = atlas({ ...layers(), level: "street", still: true });
onLegend(() => redraw(layers()));

/** Let the waiting checkpoints be placed. @param {HTMLFormElement} form */
function placing(form) {
  const which = one("#which", HTMLSelectElement);
  const where = one("#where", HTMLElement);
  const list = one("#places", HTMLElement);
  const marker = new Marker({ draggable: true, color: getComputedStyle(document.documentElement).getPropertyValue("--accent").trim() });

  function choose(/** @type {string} */ id) {
    which.value = id;
    for (const button of all("button", HTMLElement, list)) button.setAttribute("aria-pressed", String(button.dataset.id === id));
    const chosen = maybe('[aria-pressed="true"] b', HTMLElement, list);
    where.textContent = t("Now tap the place of {name} on the map.", { name: chosen?.textContent ?? id });
  }

  function take(/** @type {{ lng: number, lat: number }} */ { lng, lat }) {
    setField(form, "lon", lng.toFixed(7));
    setField(form, "lat", lat.toFixed(7));
    setField(form, "datum", "wgs84"); // the map's own
    where.textContent = t("Marked. Move the mark if need be, then save.");
  }

  choose(which.value);
  which.addEventListener("change", () => choose(which.value));
  list.addEventListener("click", (event) => {
    const button = touched(event, "button", HTMLElement);
    if (!button) return;
    choose(button.dataset.id ?? "");
    one("#stage", HTMLElement).scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
  map?.on("click", ({ lngLat }) => { marker.setLngLat(lngLat).addTo(map); take(lngLat); });
  marker.on("dragend", () => take(marker.getLngLat()));
}

const form = maybe("#put", HTMLFormElement);
if (form) placing(form);
