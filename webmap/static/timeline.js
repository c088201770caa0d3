// The timeline: hover, focus or tap a stop and it is shown on the map; choose one and its card opens.
import { Marker } from "./vendor/maplibre-gl/maplibre-gl.mjs";
import { hits } from "./atlas.js";
import { all, elsewhere, maybe, one, phone, touched } from "./dom.js";
import { drags } from "./drag.js";
import { latest, piece, send } from "./page.js";
import { change, quote } from "./stop_card.js";
import { hint, rove, step } from "./stop_rows.js";
import { settings } from "./texts.js";

/** @typedef {{ map: import("maplibre-gl").Map | null, redraw: import("./atlas.js").Redraw, busy: () => boolean }} Page busy: clicks on the map mean something else */

const NEAR = 15; // zoom at which a place is recognised
const ZOOMS = 3;
const PARTS = ["dock", "figures", "stop", "unserved", "changes", "planning"]; // what a change of the plan changes

/** @param {SVGElement} stop @returns {[number, number]} */
const place = (stop) => /** @type {[number, number]} */ ((stop.dataset.at ?? "").split(",").map(Number));

/** The timeline of a round's page, brought to life. */
export class Timeline {
  #card = one("#stop", HTMLElement);
  #marker;
  /** @type {SVGElement | null} */ #shown = null;
  #single = "";
  #chosen = "";
  #choosing = latest(); // answers may come in another order than they were asked for
  #quoting = latest();
  #turning = latest();

  /** @param {HTMLElement} dock @param {Page} page */
  constructor(dock, page) {
    this.dock = dock;
    this.page = page;
    const ring = document.createElement("div");
    ring.className = "here";
    this.#marker = new Marker({ element: ring });
    this.#chosen = maybe("a.stop[aria-current]", SVGElement, dock)?.dataset.stop ?? "";
    this.#listenToRows();
    this.#listenToCard();
    this.#listenElsewhere();
    drags((id, { team, day }) => this.choose(id, { to: { to: team, to_day: day } }));
    rove(dock);
    if (this.#chosen) this.show(null);
  }

  get #lines() {
    return all(".line[data-team]", HTMLElement, this.dock);
  }

  /** @param {string} id */
  #find(id) {
    return maybe(`a.stop[data-stop="${CSS.escape(id)}"]`, SVGElement, this.dock);
  }

  /** Show a stop on the map and in its row; without one, the stop that is chosen. @param {SVGElement | null} stop */
  show(stop) {
    if (this.#shown === stop) return;
    this.#shown?.classList.remove("shown");
    for (const lane of all(".lane.own", Element, this.dock)) lane.classList.remove("own");
    this.#shown = stop;
    const lit = stop ?? (this.#chosen ? this.#find(this.#chosen) : null);
    const drawing = lit?.dataset.lane ? lit.closest("svg") : null;
    if (lit && drawing) for (const lane of all(`.lane[data-lane="${lit.dataset.lane}"]`, Element, drawing)) lane.classList.add("own");
    stop?.classList.add("shown");
    hint(stop);
    if (lit && this.page.map) this.#marker.setLngLat(place(lit)).addTo(this.page.map);
    else this.#marker.remove();
  }

  /** @param {string} id */
  #mark(id) {
    for (const old of all("a.stop[aria-current]", Element, this.dock)) old.removeAttribute("aria-current");
    this.#chosen = id;
    this.#find(id)?.setAttribute("aria-current", "true");
  }

  /**
   * Choose a stop: its card opens, and the map goes there.
   * @param {string} id of its checkpoint
   * @param {{ focus?: boolean, move?: boolean, to?: Record<string, string> }} [how] to: where it is to be moved, of which the card tells the cost
   */
  async choose(id, { focus = false, move = true, to = {} } = {}) {
    this.#mark(id);
    const still = this.#choosing();
    const found = await piece(settings.stop, { stop: id, ...to });
    if (this.#chosen !== id || !still()) return undefined;
    const stop = this.#find(id);
    if (found === null) return location.assign(stop instanceof SVGAElement ? stop.href.baseVal : location.href);
    this.#card.innerHTML = found;
    this.#card.hidden = false;
    this.show(stop);
    if (stop) this.#bring(stop, move);
    if (focus) (maybe("select", HTMLElement, this.#card) ?? maybe("a", HTMLElement, this.#card))?.focus();
    return undefined;
  }

  /** Bring a stop into sight, in its row and, where the map may move, there. @param {SVGElement} stop @param {boolean} move */
  #bring(stop, move) {
    const { map } = this.page;
    const at = place(stop);
    if (map && move && !map.getBounds().contains(at)) map.easeTo({ center: at, zoom: Math.max(map.getZoom(), NEAR - 2) });
    if (phone.matches) stop.closest(".line")?.scrollIntoView({ block: "start" }); // clear of the card, which comes from below
    stop.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  close() {
    const last = this.#find(this.#chosen);
    this.#mark("");
    this.#card.hidden = true;
    this.#card.replaceChildren();
    this.show(null);
    this.#marker.remove();
    last?.focus();
  }

  /** Show one team alone, or with "" all of them. */
  #light() {
    this.dock.classList.toggle("apart", this.#single !== "");
    for (const line of this.#lines) {
      const own = line.dataset.team === this.#single;
      line.classList.toggle("single", own);
      one("button.who", HTMLElement, line).setAttribute("aria-pressed", String(own));
    }
  }

  /** Remember where the reader is in the timeline; what is returned brings a new one there. */
  #keep() {
    const { dataset, scrollLeft, scrollTop } = one("#timeline", HTMLElement, this.dock);
    const rows = this.#lines.length;
    return () => {
      const made = one("#timeline", HTMLElement, this.dock);
      made.dataset.zoom = dataset.zoom ?? "0";
      made.scrollLeft = scrollLeft;
      if (this.#lines.length === rows) made.scrollTop = scrollTop;
      this.#shown = null;
      if (this.#chosen) this.#mark(this.#chosen);
      this.#light();
      rove(this.dock);
      this.show(null);
    };
  }

  /** @param {number} number 0: all days */
  async #day(number) {
    const still = this.#turning();
    const found = await piece(settings.timeline, { day: number });
    if (!still()) return undefined;
    if (found === null) return location.assign(settings.own);
    const restore = this.#keep();
    settings.day = number;
    this.dock.innerHTML = found;
    restore();
    return undefined;
  }

  #quote() {
    const still = this.#quoting();
    const chosen = this.#chosen;
    return quote(chosen, () => this.#chosen === chosen && still());
  }

  /** Change the plan by a form, and show it changed: the same day, or the one that a stop was moved to. @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
  async #change(form, submitter) {
    const restore = this.#keep();
    const wanted = change(form, submitter);
    if (!(await send(form, submitter, PARTS))) return form.submit();
    this.#turning();
    settings.day = wanted;
    this.#chosen = this.#card.hidden ? "" : this.#chosen;
    for (const id of ["routes", "stops"]) {
      const source = /** @type {import("maplibre-gl").GeoJSONSource | undefined} */ (this.page.map?.getSource(id));
      source?.setData(settings[id]);
    }
    this.page.redraw({ day: wanted });
    restore();
    return undefined;
  }

  #listenToRows() {
    const { dock } = this;
    dock.addEventListener("pointerover", (event) => { if (event.pointerType === "mouse") this.show(touched(event, "a.stop", SVGElement)); });
    dock.addEventListener("pointerleave", () => this.show(null));
    dock.addEventListener("focusin", (event) => this.show(touched(event, "a.stop", SVGElement)));
    dock.addEventListener("focusout", () => this.show(null));
    dock.addEventListener("scroll", () => { one("#hint", HTMLElement).hidden = true; }, true);
    dock.addEventListener("click", (event) => this.#click(event));
    dock.addEventListener("keydown", (event) => {
      const stop = touched(event, "a.stop", SVGElement);
      if (!stop) return;
      if (event.key === "Escape") { this.close(); return; }
      if (!/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(event.key)) return;
      event.preventDefault();
      const next = step(this.dock, stop, event.key);
      next?.focus();
      next?.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const stop = touched(event, "a.stop", SVGElement);
    if (stop && !elsewhere(event)) {
      event.preventDefault();
      this.choose(stop.dataset.stop ?? "", { focus: event.detail === 0 });
    }
    const team = touched(event, "button.who", HTMLElement);
    const line = team?.closest(".line");
    if (team && line instanceof HTMLElement) {
      this.#single = team.getAttribute("aria-pressed") === "true" ? "" : line.dataset.team ?? "";
      this.#light();
      this.page.redraw({ team: this.#single });
    }
    const tab = touched(event, "#days a", HTMLAnchorElement);
    if (tab && !elsewhere(event)) {
      event.preventDefault();
      history.replaceState(null, "", tab.href);
      this.page.redraw({ day: Number(tab.dataset.day) });
      this.#day(Number(tab.dataset.day));
    }
    const zoom = touched(event, "button[data-zoom]", HTMLElement);
    const box = zoom && one("#timeline", HTMLElement, this.dock);
    if (zoom && box) box.dataset.zoom = String(Math.max(0, Math.min(ZOOMS, Number(box.dataset.zoom || 0) + Number(zoom.dataset.zoom))));
  }

  #listenToCard() {
    const card = this.#card;
    card.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
    card.addEventListener("click", (event) => {
      if (touched(event, "#close-stop", Element)) { event.preventDefault(); this.close(); }
      if (!touched(event, "#leave", Element)) return;
      event.preventDefault();
      const form = one("#move", HTMLFormElement);
      form.reset();
      one('[name="to"]', HTMLSelectElement, form).value = "";
      this.#quote();
    });
    card.addEventListener("change", (event) => { if (touched(event, "#move", Element)) this.#quote(); });
  }

  #listenElsewhere() {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement) || !["move", "make", "undo"].includes(form.id)) return;
      event.preventDefault();
      if (form.id === "move") this.#quote();
      else this.#change(form, event.submitter);
    });
    maybe("#unserved", HTMLElement)?.addEventListener("click", (event) => {
      const link = touched(event, "a[data-stop]", HTMLElement);
      if (!link) return;
      event.preventDefault();
      this.choose(link.dataset.stop ?? "", { focus: true });
    });
    const { map } = this.page;
    map?.on("click", ({ point }) => {
      const [hit] = this.page.busy() ? [] : hits(map, point, ["stops"]);
      if (hit?.properties.kind === "stop") this.choose(hit.properties.checkpoint, { move: false });
    });
  }
}
