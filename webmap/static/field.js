// A team's page: its own route, the stop that was tapped in the list, and the map app that it navigates with.
import { atlas } from "./atlas.js";
import { all, maybe, one, touched } from "./dom.js";

const CHOICE = "xundian-map-app";
const device = /iPhone|iPad|iPod/.test(navigator.userAgent) ? "ios" : /Android/.test(navigator.userAgent) ? "android" : "any";

const { map } = atlas({ routes: true, day: 0, team: "" });

one(".panel", HTMLElement).addEventListener("click", (event) => {
  const app = touched(event, "[data-app]", HTMLElement);
  if (app?.dataset.app) choose(app.dataset.app);
  const link = touched(event, "[data-at]", HTMLElement);
  if (!link?.dataset.at || !map) return;
  event.preventDefault();
  const [lon, lat] = link.dataset.at.split(",").map(Number);
  map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 15) });
  one("#stage", HTMLElement).scrollIntoView({ block: "nearest", behavior: "smooth" });
});

/** What this phone opened last, else Amap where it can be: as an app on a phone, in the browser elsewhere. */
function remembered() {
  try {
    return localStorage.getItem(CHOICE) ?? `amap-${device === "any" ? "web" : device}`;
  } catch {
    return `amap-${device === "any" ? "web" : device}`; // storage is switched off
  }
}

/** @param {string} code */
function choose(code) {
  try {
    localStorage.setItem(CHOICE, code);
  } catch {
    // it holds until the page is left
  }
  show(code);
}

/** @param {string} code */
function show(code) {
  for (const apps of all("[data-apps]", HTMLElement)) {
    for (const item of all("[data-device]", HTMLElement, apps)) item.hidden = !["any", device].includes(item.dataset.device ?? "");
    const link = maybe(`[data-app="${CSS.escape(code)}"]`, HTMLAnchorElement, apps);
    if (!link || link.closest("[hidden]")) continue;
    const go = one("[data-go]", HTMLAnchorElement, apps);
    go.href = link.href;
    one("[data-app-name]", HTMLElement, go).textContent = link.textContent;
    for (const other of all("[data-app]", HTMLElement, apps)) other.toggleAttribute("aria-current", other === link);
    maybe("details", HTMLDetailsElement, apps)?.removeAttribute("open");
  }
}

show(remembered());
