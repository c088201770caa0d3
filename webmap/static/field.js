// A team's page: its own route, the stop that was tapped in the list, and the map app that it navigates with.
import { atlas } from "./atlas.js";

const CHOICE = "xundian-map-app";
const device = /iPhone|iPad|iPod/.test(navigator.userAgent) ? "ios" : /Android/.test(navigator.userAgent) ? "android" : "any";

const { map } = atlas({ routes: true, day: 0, team: "" });

document.querySelector(".panel").addEventListener("click", (event) => {
  const app = event.target.closest("[data-app]");
  if (app) choose(app.dataset.app);
  const link = event.target.closest("[data-at]");
  if (!link || !map) return;
  event.preventDefault();
  map.easeTo({ center: link.dataset.at.split(",").map(Number), zoom: Math.max(map.getZoom(), 15) });
  document.querySelector("#stage").scrollIntoView({ block: "nearest", behavior: "smooth" });
});

/** What this phone opened last, else Amap where it can be: as an app on a phone, in the browser elsewhere. */
function remembered() {
  try {
    return localStorage.getItem(CHOICE) ?? `amap-${device === "any" ? "web" : device}`;
  } catch {
    return `amap-${device === "any" ? "web" : device}`; // storage is switched off
  }
}

function choose(code) {
  try {
    localStorage.setItem(CHOICE, code);
  } catch {
    // it holds until the page is left
  }
  show(code);
}

function show(code) {
  for (const apps of document.querySelectorAll("[data-apps]")) {
    for (const item of apps.querySelectorAll("[data-device]")) item.hidden = !["any", device].includes(item.dataset.device);
    const link = apps.querySelector(`[data-app="${CSS.escape(code)}"]`);
    if (!link || link.closest("[hidden]")) continue;
    const go = apps.querySelector("[data-go]");
    go.href = link.href;
    go.querySelector("[data-app-name]").textContent = link.textContent;
    for (const other of apps.querySelectorAll("[data-app]")) other.toggleAttribute("aria-current", other === link);
    apps.querySelector("details")?.removeAttribute("open");
  }
}

show(remembered());
