// The timeline: hover, focus or tap a stop and it is shown on the map; choose one and its card opens.
import { Marker } from "./vendor/maplibre-gl/maplibre-gl.mjs";
import { settings } from "./texts.js";

const dock = document.getElementById("dock");
const card = document.getElementById("stop");
const NEAR = 15; // zoom at which a place is recognised
const ZOOMS = 3;

/** Fetch a piece of the page; null when the session has ended or the server is away, and then the page is loaded anew. */
async function piece(address, values) {
  const url = new URL(address, location.href);
  for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
  try {
    const answer = await fetch(url);
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

const cells = () => [...dock.querySelectorAll(".line[data-team]")];
const stopsOf = (line) => [...line.querySelectorAll("a.stop")];
const find = (id) => dock.querySelector(`a.stop[data-stop="${CSS.escape(id)}"]`);
const place = (stop) => stop.dataset.at.split(",").map(Number);

/** Let Tab reach a row once; the arrows go on from there. */
function rove() {
  for (const line of cells()) stopsOf(line).forEach((stop, at) => stop.setAttribute("tabindex", at ? "-1" : "0"));
}

function step(stop, key) {
  const line = stop.closest(".line");
  const own = stopsOf(line);
  const at = own.indexOf(stop);
  if (key === "ArrowRight") return own[at + 1];
  if (key === "ArrowLeft") return own[at - 1];
  if (key === "Home") return own[0];
  if (key === "End") return own.at(-1);
  const lines = cells().filter((one) => one.querySelector("a.stop"));
  const other = lines[lines.indexOf(line) + (key === "ArrowDown" ? 1 : -1)];
  const gap = (one) => Math.abs(Number(one.dataset.from) - Number(stop.dataset.from));
  return other && stopsOf(other).reduce((best, one) => (gap(one) < gap(best) ? one : best));
}

export function timeline({ map, redraw }) {
  const ring = document.createElement("div");
  ring.className = "here";
  const marker = new Marker({ element: ring });
  let shown = null;
  let chosen = dock.querySelector("a.stop[aria-current]")?.dataset.stop ?? "";
  const changed = new Set(); // called when the timeline was drawn anew

  function show(stop) {
    if (shown === stop) return;
    shown?.classList.remove("shown");
    for (const lane of dock.querySelectorAll(".lane.own")) lane.classList.remove("own");
    shown = stop;
    const lit = stop ?? (chosen && find(chosen));
    if (lit?.dataset.lane) {
      for (const lane of lit.closest("svg").querySelectorAll(`.lane[data-lane="${lit.dataset.lane}"]`)) lane.classList.add("own");
    }
    stop?.classList.add("shown");
    hint(stop);
    if (lit && map) marker.setLngLat(place(lit)).addTo(map);
    else marker.remove();
  }

  function hint(stop) {
    const box = document.getElementById("hint");
    box.hidden = !stop?.isConnected;
    if (box.hidden) return;
    const [name, ...rest] = stop.getAttribute("aria-label").split(", ");
    const title = document.createElement("b");
    title.textContent = name;
    box.replaceChildren(title, rest.join(" · "));
    const { left, width, top } = stop.getBoundingClientRect();
    const room = innerWidth - box.offsetWidth - 8;
    box.style.left = `${Math.max(8, Math.min(room, left + width / 2 - box.offsetWidth / 2))}px`;
    box.style.top = `${Math.max(8, top - box.offsetHeight - 6)}px`;
  }

  function mark(id) {
    for (const one of dock.querySelectorAll("a.stop[aria-current]")) one.removeAttribute("aria-current");
    chosen = id;
    find(id)?.setAttribute("aria-current", "true");
  }

  async function choose(id, { focus = false, move = true } = {}) {
    mark(id);
    const found = await piece(settings.stop, { stop: id, day: settings.day });
    if (chosen !== id) return undefined;
    const stop = find(id);
    if (found === null) return location.assign(stop?.href.baseVal ?? location.href);
    card.innerHTML = found;
    card.hidden = false;
    show(stop);
    if (stop && map && move) {
      const at = place(stop);
      if (!map.getBounds().contains(at)) map.easeTo({ center: at, zoom: Math.max(map.getZoom(), NEAR - 2) });
    }
    stop?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (focus) card.querySelector("select, a")?.focus();
    return undefined;
  }

  function close() {
    const last = find(chosen);
    mark("");
    card.hidden = true;
    card.replaceChildren();
    show(null);
    marker.remove();
    last?.focus();
  }

  function single(team) {
    dock.classList.toggle("apart", team !== "");
    for (const line of cells()) {
      const own = line.dataset.team === team;
      line.classList.toggle("single", own);
      line.querySelector("button.who").setAttribute("aria-pressed", String(own));
    }
    redraw({ team });
  }

  async function day(number) {
    const found = await piece(settings.timeline, { day: number, ...(chosen && { stop: chosen }) });
    if (found === null) return location.assign(settings.own);
    const old = dock.querySelector("#timeline");
    const kept = { zoom: old.dataset.zoom ?? "", left: old.scrollLeft, top: number === settings.day ? old.scrollTop : 0 };
    shown = null;
    settings.day = number;
    dock.innerHTML = found;
    const made = dock.querySelector("#timeline");
    made.dataset.zoom = kept.zoom;
    made.scrollLeft = kept.left;
    made.scrollTop = kept.top;
    rove();
    show(null);
    for (const listener of changed) listener();
    return undefined;
  }

  dock.addEventListener("pointerover", ({ target, pointerType }) => pointerType === "mouse" && show(target.closest("a.stop")));
  dock.addEventListener("pointerleave", () => show(null));
  dock.addEventListener("focusin", ({ target }) => show(target.closest("a.stop")));
  dock.addEventListener("focusout", () => show(null));
  dock.addEventListener("scroll", () => { document.getElementById("hint").hidden = true; }, true);
  dock.addEventListener("click", (event) => {
    const stop = event.target.closest("a.stop");
    if (stop && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      choose(stop.dataset.stop, { focus: event.detail === 0 });
    }
    const team = event.target.closest("button.who");
    if (team) single(team.getAttribute("aria-pressed") === "true" ? "" : team.closest(".line").dataset.team);
    const zoom = event.target.closest("[data-zoom]:is(button)");
    if (zoom) {
      const box = dock.querySelector("#timeline");
      const wanted = Number(box.dataset.zoom || 0) + Number(zoom.dataset.zoom);
      box.dataset.zoom = String(Math.max(0, Math.min(ZOOMS, wanted)));
    }
  });
  dock.addEventListener("keydown", (event) => {
    const stop = event.target.closest?.("a.stop");
    if (!stop) return;
    if (event.key === "Escape") return close();
    if (!/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(event.key)) return;
    event.preventDefault();
    const next = step(stop, event.key);
    next?.focus();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  card.addEventListener("keydown", (event) => event.key === "Escape" && close());
  card.addEventListener("click", (event) => {
    if (!event.target.closest("#close-stop")) return;
    event.preventDefault();
    close();
  });
  document.getElementById("unserved")?.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-stop]");
    if (!link) return;
    event.preventDefault();
    choose(link.dataset.stop, { focus: true });
  });
  document.getElementById("days").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    for (const one of event.currentTarget.querySelectorAll("a")) one.toggleAttribute("aria-current", false);
    link.setAttribute("aria-current", "true");
    history.replaceState(null, "", link.href);
    const number = Number(link.dataset.day);
    redraw({ day: number, team: "" });
    day(number);
  });
  map?.on("click", ({ point }) => {
    const [hit] = map.queryRenderedFeatures([[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]], { layers: ["stops"] });
    if (hit?.properties.kind === "stop") choose(hit.properties.checkpoint, { move: false });
  });
  rove();
  if (chosen) show(null);
  return { day, choose, find, chosen: () => chosen, onDraw: (listener) => changed.add(listener) };
}
