// The timeline: hover, focus or tap a stop and it is shown on the map; choose one and its card opens.
import { Marker } from "./vendor/maplibre-gl/maplibre-gl.mjs";
import { drags } from "./drag.js";
import { latest, piece, send } from "./page.js";
import { settings, t } from "./texts.js";

const dock = document.getElementById("dock");
const card = document.getElementById("stop");
const NEAR = 15; // zoom at which a place is recognised
const ZOOMS = 3;
const sheet = matchMedia("(max-width: 800px)");
const PARTS = ["dock", "figures", "stop", "unserved", "changes", "planning"]; // what a change of the plan changes

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

/** Bring the timeline to life; busy() tells whether clicks on the map mean something else. */
export function timeline({ map, redraw, busy }) {
  const ring = document.createElement("div");
  ring.className = "here";
  const marker = new Marker({ element: ring });
  let shown = null;
  let single = "";
  let chosen = dock.querySelector("a.stop[aria-current]")?.dataset.stop ?? "";
  const [choosing, quoting, turning] = [latest(), latest(), latest()]; // answers may come in another order than they were asked for

  function show(stop) {
    if (shown === stop) return;
    shown?.classList.remove("shown");
    for (const lane of dock.querySelectorAll(".lane.own")) lane.classList.remove("own");
    shown = stop;
    const lit = stop ?? (chosen ? find(chosen) : null);
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

  async function choose(id, { focus = false, move = true, to = {} } = {}) {
    mark(id);
    const still = choosing();
    const found = await piece(settings.stop, { stop: id, ...to });
    if (chosen !== id || !still()) return undefined;
    const stop = find(id);
    if (found === null) return location.assign(stop?.href.baseVal ?? location.href);
    card.innerHTML = found;
    card.hidden = false;
    show(stop);
    if (stop && map && move) {
      const at = place(stop);
      if (!map.getBounds().contains(at)) map.easeTo({ center: at, zoom: Math.max(map.getZoom(), NEAR - 2) });
    }
    if (sheet.matches) stop?.closest(".line").scrollIntoView({ block: "start" }); // clear of the card, which comes from below
    stop?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (focus) (card.querySelector("select") ?? card.querySelector("a"))?.focus();
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

  /** Show one team alone, or with "" all of them. */
  function light() {
    dock.classList.toggle("apart", single !== "");
    for (const line of cells()) {
      const own = line.dataset.team === single;
      line.classList.toggle("single", own);
      line.querySelector("button.who").setAttribute("aria-pressed", String(own));
    }
  }

  /** Remember where the reader is in the timeline; what is given brings a new one there. */
  function keep() {
    const { dataset, scrollLeft, scrollTop } = dock.querySelector("#timeline");
    const rows = cells().length;
    return () => {
      const made = dock.querySelector("#timeline");
      made.dataset.zoom = dataset.zoom ?? "0";
      made.scrollLeft = scrollLeft;
      if (cells().length === rows) made.scrollTop = scrollTop;
      shown = null;
      if (chosen) mark(chosen);
      light();
      rove();
      show(null);
    };
  }

  async function day(number) {
    const still = turning();
    const found = await piece(settings.timeline, { day: number });
    if (!still()) return undefined;
    if (found === null) return location.assign(settings.own);
    const restore = keep();
    settings.day = number;
    dock.innerHTML = found;
    restore();
    return undefined;
  }

  async function quote() {
    const form = document.getElementById("move");
    const box = document.getElementById("quote");
    const still = quoting();
    if (!form.elements.to.value) return box.replaceChildren();
    box.textContent = "…";
    const asked = { stop: chosen, to: form.elements.to.value, to_day: form.elements.to_day.value };
    const found = await piece(settings.quote, asked);
    if (chosen !== asked.stop || !still()) return undefined;
    box.innerHTML = found ?? `<p class="cost refused"></p>`;
    if (found === null) box.firstChild.textContent = t("The cost could not be found. Try again.");
    return undefined;
  }

  /** Change the plan by a form, and show it changed: the same day, or the one that a stop was moved to. */
  async function change(form, submitter) {
    const wanted = settings.day === 0 ? 0 : Number(form.elements.to_day?.value ?? settings.day);
    const next = new URL(form.elements.next.value, location.href);
    next.searchParams.set("day", wanted);
    form.elements.next.value = next.pathname + next.search;
    submitter.disabled = true;
    const restore = keep();
    if (!(await send(form, submitter, PARTS))) return form.submit();
    turning();
    settings.day = wanted;
    chosen = card.hidden ? "" : chosen;
    for (const id of ["routes", "stops"]) map?.getSource(id)?.setData(settings[id]);
    redraw({ day: wanted });
    restore();
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
    if (team) {
      single = team.getAttribute("aria-pressed") === "true" ? "" : team.closest(".line").dataset.team;
      light();
      redraw({ team: single });
    }
    const tab = event.target.closest("#days a");
    if (tab && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      history.replaceState(null, "", tab.href);
      const number = Number(tab.dataset.day);
      redraw({ day: number });
      day(number);
    }
    const zoom = event.target.closest("button[data-zoom]");
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
    if (event.target.closest("#close-stop")) { event.preventDefault(); close(); }
    if (!event.target.closest("#leave")) return;
    event.preventDefault();
    document.getElementById("move").reset();
    document.getElementById("move").elements.to.value = "";
    quote();
  });
  card.addEventListener("change", (event) => event.target.form?.id === "move" && quote());
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!["move", "make", "undo"].includes(form.id)) return;
    event.preventDefault();
    if (form.id === "move") quote();
    else change(form, event.submitter);
  });
  drags({ settle: (id, { team, day: onDay }) => choose(id, { to: { to: team, to_day: onDay } }) });
  document.getElementById("unserved")?.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-stop]");
    if (!link) return;
    event.preventDefault();
    choose(link.dataset.stop, { focus: true });
  });
  map?.on("click", ({ point }) => {
    if (busy() || !map.getLayer("stops")) return;
    const [hit] = map.queryRenderedFeatures([[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]], { layers: ["stops"] });
    if (hit?.properties.kind === "stop") choose(hit.properties.checkpoint, { move: false });
  });
  rove();
  if (chosen) show(null);
}
