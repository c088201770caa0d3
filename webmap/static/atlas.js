// A map on the page: made once, redrawn when a choice or the theme changes, and honest when something cannot be loaded.
import { AttributionControl, Map, NavigationControl, ScaleControl, addProtocol } from "./vendor/maplibre-gl/maplibre-gl.mjs";
import { cardOf } from "./cards.js";
import { drawMarks } from "./marks.js";
import { styleOf } from "./style.js";
import { settings, t } from "./texts.js";
import { colours, onTheme } from "./theme.js";

const CLICKED = ["stops", "problems", "checkpoints", "routes"];
const phone = matchMedia("(max-width: 800px)");

const locale = () => ({
  "AttributionControl.ToggleAttribution": t("Sources"),
  "NavigationControl.ZoomIn": t("Zoom in"),
  "NavigationControl.ZoomOut": t("Zoom out"),
  "Popup.Close": t("Close"),
  "Map.Title": t("Map"),
  "ScaleControl.Meters": "m",
  "ScaleControl.Kilometers": "km",
  "CooperativeGesturesHandler.WindowsHelpText": t("Use Ctrl and scroll to zoom the map"),
  "CooperativeGesturesHandler.MacHelpText": t("Use ⌘ and scroll to zoom the map"),
  "CooperativeGesturesHandler.MobileHelpText": t("Use two fingers to move the map"),
});

/** Keep the legend, which lies over a wide map, clear of what the map shows. */
function room(stage) {
  const legend = document.getElementById("legend");
  const beside = legend && stage.clientWidth > 900 ? legend.offsetWidth + 32 : 24;
  return { top: 32, bottom: 40, left: 32, right: settings.own ? 48 : beside };
}

function say(message) {
  const line = document.getElementById("trouble");
  line.textContent = message;
  line.hidden = !message;
}

function reason(error) {
  if (error?.status === 401) return t("Your session has ended. Log in again; nothing is lost.");
  if (error?.status === 403) return t("Your account may not see this layer.");
  return t("A layer of the map could not be loaded. The lists beside it are right; reload the page to try again.");
}

/** Draw the page's map. Gives {map, redraw}: redraw(changes) takes over choices and draws again. */
export function atlas(choice) {
  document.documentElement.classList.add("scripted");
  addProtocol("pmtiles", new globalThis.pmtiles.Protocol().tile);
  const stage = document.getElementById("stage");
  let palette = colours();
  let map;
  try {
    map = new Map({
      container: "map", style: styleOf(settings, palette, choice), bounds: settings.bounds, fitBoundsOptions: { padding: room(stage) },
      attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, maxZoom: 18, minZoom: 3,
      cooperativeGestures: phone.matches, locale: locale(), localIdeographFontFamily: getComputedStyle(document.body).fontFamily,
      fadeDuration: 0,
    });
  } catch {
    stage.classList.add("ready");
    say(t("This browser cannot draw the map (WebGL is missing or switched off). The lists beside it work without."));
    return { map: null, redraw: () => undefined };
  }
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ maxWidth: 96 }), "bottom-left");
  const source = '<a href="https://www.openstreetmap.org/copyright" rel="noreferrer">© OpenStreetMap contributors</a>';
  map.addControl(new AttributionControl({ compact: false, customAttribution: source }), "bottom-right");
  drawMarks(map, () => palette);
  map.on("idle", () => stage.classList.add("ready"));
  map.on("dataloading", ({ dataType }) => dataType === "source" && stage.classList.remove("ready"));
  map.on("error", ({ error }) => { console.warn(error); stage.classList.add("ready"); say(reason(error)); });
  const layers = () => (choice.still ? [] : CLICKED.filter((id) => map.getLayer(id))); // still: the page takes the clicks itself
  map.on("click", ({ point, lngLat }) => {
    const [hit] = map.queryRenderedFeatures([[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]], { layers: layers() });
    if (hit) cardOf(hit, lngLat).addTo(map);
  });
  map.on("mousemove", ({ point }) => {
    map.getCanvas().style.cursor = map.queryRenderedFeatures(point, { layers: layers() }).length ? "pointer" : "";
  });
  const redraw = (changes = {}) => { Object.assign(choice, changes); map.setStyle(styleOf(settings, palette, choice)); };
  onTheme(() => {
    palette = colours();
    for (const id of map.listImages()) map.removeImage(id);
    redraw();
  });
  globalThis.atlasMap = map; // for tests and for a look from the console
  return { map, redraw };
}
