// The layers of the standalone map: streets, zones, checkpoints, and the routes of a day.

import { block, card, shown } from "./texts.js";

const POPUP = { maxWidth: 300, maxHeight: 320, autoPanPaddingTopLeft: L.point(16, 64), autoPanPaddingBottomRight: L.point(16, 64) };

/** Name the source of the streets, without Leaflet's own line before it. @param {L.Map} map */
export function credit(map) {
  L.control.attribution({ prefix: false }).addAttribution("© OpenStreetMap contributors").addTo(map);
}

/**
 * Draw the streets as a light background, a line for each class.
 * @param {L.LayerGroup} group
 * @param {string} name
 */
export function streets(group, name) {
  for (const { shape, colour, width } of block(name)) {
    group.addLayer(L.geoJSON(shape, { interactive: false, style: { color: colour, weight: width, opacity: 1 } }));
  }
}

/**
 * Draw the outlines of zones, with their names when pointed at.
 * @param {L.LayerGroup} group
 * @param {string} name
 */
export function zones(group, name) {
  const { shapes, colour } = block(name);
  const style = { color: colour, weight: 1.6, opacity: 0.85, fill: false };
  group.addLayer(L.geoJSON(shapes, { style, onEachFeature: (zone, line) => { point(line, zone.properties.name); } }));
}

/**
 * Draw the roster: columns of steps from one dot to the next.
 * @param {L.LayerGroup} group
 * @param {string} name
 */
export function dots(group, name) {
  const roster = block(name);
  const style = { radius: 2.5, weight: 0.5, color: "#fff", fillOpacity: 0.9, fillColor: roster.colour };
  let lon = 0, lat = 0;
  roster.x.forEach((/** @type {number} */ step, /** @type {number} */ at) => {
    lon += step;
    lat += roster.y[at];
    const dot = L.circleMarker([lat / roster.perDegree, lon / roster.perDegree], style);
    const told = () => shown("bdi", `${roster.name[at]} · ${roster.kinds[roster.kind[at]]}`);
    group.addLayer(dot.bindTooltip(told));
  });
}

/**
 * Draw the routes of a day: a line for each team, its numbered stops, and what is known of a stop that is clicked.
 * @param {L.LayerGroup} group
 * @param {string} name
 */
export function day(group, name) {
  const { routes, stops, labels } = block(name);
  for (const { shapes, colour } of routes) {
    const style = { color: colour, weight: 3.5, opacity: 0.9 };
    group.addLayer(L.geoJSON(shapes, { style, onEachFeature: (route, line) => { point(line, route.properties.title); } }));
  }
  const title = (/** @type {any} */ its) => (its.kind === "stop" ? `${its.number} · ${its.name}` : its.name);
  const told = (/** @type {any} */ its) => card(title(its), labels.map((/** @type {string[]} */ [key, label]) => [label, its[key]]));
  group.addLayer(L.geoJSON(stops, {
    pointToLayer: (stop, place) => L.marker(place, { icon: mark(stop.properties), keyboard: false }),
    onEachFeature: (stop, marker) => { marker.bindPopup(() => told(stop.properties), POPUP); },
  }));
}

/** Tell a name when a line is pointed at. @param {L.Layer} line @param {string} name */
function point(line, name) {
  line.bindTooltip(() => shown("bdi", name), { sticky: true });
}

/** Mark a stop by a numbered disc, a base by a square, a lunch by a ring. @param {{kind: string, number: number, colour: number}} its */
function mark(its) {
  const html = shown("i", its.kind === "stop" ? String(its.number) : "", `${its.kind} team-${its.colour}`);
  return L.divIcon({ html, className: "mark", iconSize: [18, 18] });
}
