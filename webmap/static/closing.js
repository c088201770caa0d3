// Closing streets: corners of an area are set by clicks on the map, or a street is picked by its name.
import { settings, t } from "./texts.js";

const NEAR = 8; // px around a click in which a street is looked for
const NONE = { type: "FeatureCollection", features: [] };

const ring = (corners) => [...corners, corners[0]];

function sketch(corners) {
  const shapes = corners.map((at) => ({ type: "Point", coordinates: at }));
  if (corners.length > 1) shapes.push({ type: "LineString", coordinates: corners.length > 2 ? ring(corners) : corners });
  if (corners.length > 2) shapes.push({ type: "Polygon", coordinates: [ring(corners)] });
  return { type: "FeatureCollection", features: shapes.map((geometry) => ({ type: "Feature", properties: {}, geometry })) };
}

/** The layers of closures and of the area that is being drawn, for the map's style. */
export function closureLayers(colours, choice) {
  const line = { "line-color": colours.error, "line-width": 4, "line-dasharray": [1.5, 1] };
  const layout = { visibility: choice.closures === false ? "none" : "visible" };
  return {
    sources: { closed: { type: "geojson", data: settings.closures }, sketch: { type: "geojson", data: choice.sketch ?? NONE } },
    below: [{ id: "closed-area", type: "fill", source: "closed", filter: ["==", ["get", "part"], "area"], layout, paint: { "fill-color": colours.error, "fill-opacity": 0.14 } }],
    above: [
      { id: "closed", type: "line", source: "closed", filter: ["==", ["get", "part"], "street"], layout, paint: line },
      { id: "sketch-area", type: "fill", source: "sketch", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colours.error, "fill-opacity": 0.2 } },
      { id: "sketch", type: "line", source: "sketch", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": colours.error, "line-width": 2 } },
      { id: "corners", type: "circle", source: "sketch", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 5, "circle-color": colours.error, "circle-stroke-color": colours.casing, "circle-stroke-width": 2 } },
    ],
  };
}

/** Let areas be drawn and streets be picked. */
export function closing({ map, redraw }) {
  const form = document.getElementById("close");
  const said = document.getElementById("tool");
  const buttons = [...form.querySelectorAll("[data-tool]")];
  let tool = "";
  let corners = [];

  function say(text) {
    said.textContent = text;
    said.hidden = !text;
  }

  function take(wanted) {
    tool = wanted;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    document.getElementById("stage").classList.toggle("drawing", tool !== "");
    if (tool) map.doubleClickZoom.disable();
    else map.doubleClickZoom.enable();
    if (tool === "area") { corners = []; form.elements.area.value = ""; }
    redraw({ still: tool !== "", sketch: sketch(corners) });
    if (tool === "area") say(t("Tap the corners of the area on the map. Enter or a double tap ends it; Backspace takes a corner back."));
    else if (tool === "street") say(t("Tap the street on the map."));
    else if (!corners.length) say("");
    if (tool) document.getElementById("stage").scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  function corner(at) {
    corners = [...corners, at];
    draw();
  }

  function draw() {
    redraw({ sketch: sketch(corners) });
    form.elements.area.value = corners.length > 2 ? JSON.stringify({ type: "Polygon", coordinates: [ring(corners)] }) : "";
    if (corners.length > 2) say(t("{count} corners. Enter or a double tap ends the area.", { count: corners.length }));
  }

  function end() {
    if (tool === "area" && corners.length < 3) corners = [];
    const whole = corners.length > 2;
    take("");
    say(whole ? t("The area is drawn. Say how long and why, then close it.") : "");
  }

  function pick(point) {
    const box = [[point.x - NEAR, point.y - NEAR], [point.x + NEAR, point.y + NEAR]];
    const street = map.queryRenderedFeatures(box, { layers: ["streets"] }).find((one) => one.properties.name);
    if (!street) return say(t("No street with a name is here. Draw an area instead."));
    form.elements.street.value = street.properties.name;
    take("");
    return say(t("{street}: with an area only the part in it is closed, else the whole street.", { street: street.properties.name }));
  }

  for (const button of buttons) button.addEventListener("click", () => (tool === button.dataset.tool ? end() : take(button.dataset.tool)));
  map.on("click", ({ point, lngLat }) => {
    if (tool === "street") pick(point);
    else if (tool === "area") corner([Number(lngLat.lng.toFixed(6)), Number(lngLat.lat.toFixed(6))]);
  });
  map.on("dblclick", () => tool === "area" && end());
  addEventListener("keydown", (event) => {
    if (tool !== "area" || event.target.closest("input, select, textarea")) return;
    if (event.key === "Enter") { event.preventDefault(); end(); }
    if (event.key === "Backspace") { event.preventDefault(); corners = corners.slice(0, -1); draw(); }
    if (event.key === "Escape") { corners = []; end(); }
  });
}
