// What stands on the card of a place that was clicked.
import { Popup } from "./vendor/maplibre-gl/maplibre-gl.mjs";
import { duration, minutes, number, settings, t } from "./texts.js";

/** @typedef {{ title: string, under: string, rows: (false | [string, string | number])[] }} Card */
/** @typedef {import("maplibre-gl").LngLatLike} Place */

/** @param {string} id */
const teamName = (id) => settings.teams?.find((/** @type {{ id: string }} */ team) => team.id === id)?.name ?? id;

/** @type {Record<string, (its: Record<string, any>) => Card>} */
const CARDS = {
  stops: (its) => ({
    title: its.kind === "base" ? t("Base") : its.kind === "lunch" ? t("Lunch") : its.name || its.checkpoint,
    under: [teamName(its.team), t("Day {day}", { day: its.day }), its.category].filter(Boolean).join(" · "),
    rows: [
      its.kind === "stop" && [t("Stop"), its.number],
      [t("Arrives"), its.from],
      [t("Leaves"), its.to],
      its.kind === "stop" && [t("On the spot"), minutes(its.dwell_s)],
    ],
  }),
  routes: (its) => ({
    title: teamName(its.team),
    under: t("Day {day}", { day: its.day }),
    rows: [[t("Stops"), its.stops], [t("Travel"), duration(its.travel_s)], [t("Way"), `${number(its.length_m / 1000)} km`]],
  }),
  checkpoints: (its) => ({ title: its.name, under: its.category, rows: [[t("Address"), its.address], [t("Unit"), its.unit]] }),
  problems: (its) => ({
    title: its.name,
    under: "",
    rows: [[t("Deductions"), t("{points} points", { points: number(its.points) })], [t("Items"), its.found], [t("Last"), its.last]],
  }),
};

/** @param {string} name @param {string | number} text @param {string} [className] */
function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = String(text);
  made.className = className;
  return made;
}

/**
 * Return where a feature is: its point, or where it was clicked.
 * @param {GeoJSON.Feature} feature
 * @param {Place} clicked
 * @returns {Place}
 */
export function placeOf(feature, clicked) {
  return feature.geometry.type === "Point" ? /** @type {[number, number]} */ (feature.geometry.coordinates) : clicked;
}

/** Make the card of a feature, at its point or where it was clicked. @param {import("maplibre-gl").MapGeoJSONFeature} feature @param {Place} clicked */
export function cardOf(feature, clicked) {
  return cardAt(placeOf(feature, clicked), CARDS[feature.layer.id](feature.properties));
}

/** Make a card at a place: a title, a line under it, and rows of a term and its value. @param {Place} place @param {Card} card */
export function cardAt(place, { title, under, rows }) {
  const card = element("div", "", "card");
  card.append(element("b", title), element("span", under, "dim"));
  const list = document.createElement("dl");
  for (const row of rows) if (row && row[1] !== "") list.append(element("dt", row[0]), element("dd", row[1]));
  card.append(list);
  return new Popup({ maxWidth: "288px", focusAfterOpen: false }).setLngLat(place).setDOMContent(card);
}

/** Make a card at a place of what the server says of it. @param {Place} place @param {string} html written by the server, which escapes */
export function cardOfPage(place, html) {
  const card = element("div", "", "card");
  card.innerHTML = html;
  return new Popup({ maxWidth: "320px", focusAfterOpen: false }).setLngLat(place).setDOMContent(card);
}
