// The map's style, whole: what is drawn, from where, in which order. Pure: settings, colours and choices in, style out.

/**
 * @typedef {import("./theme.js").Colours} Colours
 * @typedef {import("maplibre-gl").LayerSpecification} Layer
 * @typedef {{ sources: Record<string, import("maplibre-gl").SourceSpecification>, below: Layer[], above: Layer[] }} Extra a page's own layers
 * @typedef {Record<string, any>} Settings addresses, teams
 */

/**
 * What the reader chose to see; each page has some of these.
 * @typedef {{ zones?: boolean, level?: string, checkpoints?: boolean, problems?: boolean, routes?: boolean, closures?: boolean, heat?: boolean,
 *   faults?: boolean, surface?: string, outlines?: boolean, statuses?: string[], day?: number, team?: string, still?: boolean,
 *   sketch?: GeoJSON.FeatureCollection, extra?: (colours: Colours, choice: Choice) => Extra }} Choice
 */

const FONT = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"];
const WIDTHS = [2.6, 2, 1.5, 1, 0.5, 0.3]; // px at zoom 12, by rank

/** @param {boolean | undefined} yes @returns {any} */
const shown = (yes) => ({ visibility: yes ? "visible" : "none" });
/** @param {...any} tests @returns {any} */
const both = (...tests) => ["all", ...tests.filter(Boolean)];
/** @param {string} address */
const archive = (address) => `pmtiles://${new URL(address, location.href)}`;
/** @param {string} address with {z}, {x} and {y}, which a URL would escape */
const tiles = (address) => ({ type: "vector", tiles: [new URL(location.href).origin + address], maxzoom: 16 });
/** Ask for a day's part alone. @param {string} address @param {Choice} choice */
const ofDay = (address, choice) => (choice.day ? `${address}?day=${choice.day}` : address);
/** @param {number[]} values */
const byRank = (values) => ["match", ["get", "rank"], ...values.flatMap((value, rank) => [rank, value]).slice(0, -2), values.at(-1)];
/** @param {number} extra px @returns {any} */
const width = (extra) => ["interpolate", ["exponential", 1.6], ["zoom"],
  9, byRank(WIDTHS.map((w) => w * 0.35)), 12, byRank(WIDTHS.map((w) => w + extra)), 17, byRank(WIDTHS.map((w) => w * 7 + extra))];

/** @param {Settings} settings @param {Colours} colours @returns {Layer[]} */
function streets(settings, colours) {
  if (!settings.streets) return [];
  /** @type {any} */
  const common = { type: "line", source: "streets", "source-layer": "streets" };
  const layout = { "line-cap": "round", "line-join": "round", "line-sort-key": ["-", ["get", "rank"]] };
  const small = ["step", ["zoom"], ["<=", ["get", "rank"], 2], 10.5, ["<=", ["get", "rank"], 3], 11.5, true];
  return [
    { id: "streets-edge", ...common, layout, filter: small, paint: { "line-color": colours.streetEdge, "line-width": width(1.4) } },
    { id: "streets", ...common, layout, filter: small,
      paint: { "line-color": ["step", ["get", "rank"], colours.streetWide, 4, colours.streetSmall], "line-width": width(0) } },
    { id: "street-names", type: "symbol", source: "streets", "source-layer": "streets", minzoom: 14, filter: ["!=", ["get", "name"], ""],
      layout: { "symbol-placement": "line", "text-field": ["get", "name"], "text-font": FONT, "text-size": 11, "symbol-spacing": 320 },
      paint: { "text-color": colours.dim, "text-halo-color": colours.halo, "text-halo-width": 1.5 } },
  ];
}

/** @param {Settings} settings @param {Colours} colours @param {Choice} choice @returns {Layer[]} */
function zones(settings, colours, choice) {
  /** @type {any} */
  const vector = settings.zones ? { source: "zones", "source-layer": "zones" } : { source: "zones" };
  if (!settings.zones && !settings.ownZones) return [];
  const level = choice.level ? ["==", ["get", "level"], choice.level] : settings.ownZones && ["!=", ["get", "level"], "grid"];
  /** @type {any} */
  const own = ["==", ["get", "id"], settings.ownZone ?? ""];
  /** @type {Layer[]} */
  const layers = [
    { id: "zones", type: "line", ...vector, ...(level && { filter: level }), layout: shown(choice.zones),
      paint: { "line-color": colours.zone, "line-width": ["interpolate", ["linear"], ["zoom"], 11, 1.2, 15, settings.ownZones ? 1.2 : 2.4], "line-opacity": 0.8 } },
  ];
  if (settings.ownZones) {
    layers.push({ id: "own-zone", type: "line", ...vector, filter: own, layout: shown(choice.zones), paint: { "line-color": colours.zone, "line-width": 3 } });
  }
  return layers;
}

/** @param {Settings} settings @param {Colours} colours @param {Choice} choice @returns {any[]} */
function zoneNames(settings, colours, choice) {
  if (!settings.zoneNames) return [];
  return [{ id: "zone-names", type: "symbol", source: "zone-names", filter: ["==", ["get", "level"], choice.level],
    layout: { ...shown(choice.zones), "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-max-width": 8, "text-padding": 8 },
    paint: { "text-color": colours.zone, "text-halo-color": colours.halo, "text-halo-width": 2 } }];
}

/** A count in three characters: 999, 1k, 12k. */
const short = ["case", ["<", ["get", "count"], 1000], ["to-string", ["get", "count"]], ["concat", ["to-string", ["round", ["/", ["get", "count"], 1000]]], "k"]];

/** @param {number} size @returns {any} */
const found = (size) => ["interpolate", ["linear"], ["sqrt", ["get", "points"]], 0, 4 * size, 6, 16 * size];

/** @param {Settings} settings @param {Colours} colours @param {Choice} choice @returns {Layer[]} */
function points(settings, colours, choice) {
  /** @type {any} */
  const radius = ["interpolate", ["linear"], ["zoom"], 11, 1.4, 14, 3.5, 17, 6];
  /** @type {Layer[]} */
  const layers = [];
  if (settings.checkpoints) {
    /** @type {any} */
    const vector = { source: "checkpoints", "source-layer": "checkpoints" };
    const crowd = ["interpolate", ["linear"], ["ln", ["get", "count"]], 0.7, 7, 4, 11, 9, 18];
    layers.push(
      { id: "checkpoints", type: "circle", ...vector, filter: ["!", ["has", "count"]], layout: shown(choice.checkpoints),
        paint: { "circle-color": colours.point, "circle-radius": radius, "circle-stroke-color": colours.halo, "circle-stroke-width": 0.8 } },
      { id: "crowds", type: "circle", ...vector, filter: ["has", "count"], layout: shown(choice.checkpoints),
        paint: { "circle-color": colours.halo, "circle-opacity": 0.85, "circle-radius": /** @type {any} */ (crowd), "circle-stroke-color": colours.point, "circle-stroke-width": 1.2 } },
      { id: "crowd-counts", type: "symbol", ...vector, filter: ["has", "count"],
        layout: { ...shown(choice.checkpoints), "text-field": /** @type {any} */ (short), "text-font": FONT, "text-size": 10, "text-allow-overlap": true, "text-ignore-placement": true },
        paint: { "text-color": colours.dim } },
    );
  }
  if (settings.problems) {
    layers.push({ id: "problems", type: "circle", source: "problems", layout: shown(choice.problems), paint: {
      "circle-color": colours.heat[3], "circle-opacity": 0.85, "circle-stroke-color": colours.casing, "circle-stroke-width": 1.5,
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, found(0.4), 15, found(1.2)] } });
  }
  return layers;
}

/** @typedef {{ id: string, name: string, colour: number }} Team */

/** @param {Settings} settings */
const teamNumber = (settings) => (settings.teams.length
  ? ["match", ["get", "team"], ...settings.teams.flatMap((/** @type {Team} */ team) => [team.id, team.colour]), 1] : 1);

/** @param {string} name @param {string | number} value @returns {any} */
const equal = (name, value) => ["==", ["get", name], value];

/** @param {Choice} choice */
const dayOf = (choice) => (choice.day ? equal("day", choice.day) : undefined);
/** @param {Choice} choice */
const teamOf = (choice) => (choice.team ? equal("team", choice.team) : undefined);

/** @param {Settings} settings @param {Colours} colours @param {Choice} choice @returns {Layer[]} */
function routes(settings, colours, choice) {
  if (!settings.routes) return [];
  /** @type {any} */
  const colour = ["to-color", ["at", ["-", teamNumber(settings), 1], ["literal", colours.teams]]];
  const named = settings.teams.flatMap((/** @type {Team} */ team) => [team.id, team.name]);
  const name = named.length ? ["match", ["get", "team"], ...named, ""] : "";
  const strength = choice.team ? ["case", teamOf(choice), 1, 0.18] : 1;
  const layout = { ...shown(choice.routes), "line-cap": "round", "line-join": "round" };
  const wide = (/** @type {number} */ base) => ["interpolate", ["linear"], ["zoom"], 10, base * 0.6, 13, base, 16, base * 1.8];
  const line = { type: "line", source: "routes", filter: both(dayOf(choice)), layout };
  return /** @type {any} */ ([
    { id: "routes-casing", ...line, paint: { "line-color": colours.casing, "line-width": wide(5), "line-opacity": strength } },
    { id: "routes", ...line, paint: { "line-color": colour, "line-width": wide(3), "line-opacity": strength } },
    { id: "route-names", type: "symbol", source: "routes", filter: both(dayOf(choice), teamOf(choice)),
      layout: { ...shown(choice.routes && !settings.own), "symbol-placement": "line", "text-field": name, "text-font": FONT, "text-size": 11, "symbol-spacing": 260, "text-max-angle": 60 },
      paint: { "text-color": colour, "text-halo-color": colours.halo, "text-halo-width": 2 } },
  ]);
}

/** @param {Settings} settings @param {Choice} choice @returns {any[]} */
function stops(settings, choice) {
  if (!settings.routes) return [];
  const kind = ["get", "kind"];
  const image = ["case", ["==", kind, "stop"], ["concat", "stop|", teamNumber(settings), "|", ["get", "number"]], ["concat", kind, "|", teamNumber(settings)]];
  const small = choice.team || settings.own ? 0.8 : 0.5;
  return [
    { id: "stops", type: "symbol", source: "stops", filter: both(dayOf(choice), teamOf(choice)),
      layout: { ...shown(choice.routes), "icon-image": image, "icon-allow-overlap": true, "icon-ignore-placement": true,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 11, small, 14, 1], "symbol-sort-key": ["-", ["get", "order"]] } },
  ];
}

/** @param {Settings} settings @param {Choice} choice @returns {Record<string, any>} */
function sources(settings, choice) {
  const geojson = (/** @type {string} */ data) => ({ type: "geojson", data });
  const all = {
    streets: settings.streets && { type: "vector", url: archive(settings.streets) },
    zones: settings.zones ? { type: "vector", url: archive(settings.zones) } : settings.ownZones && geojson(settings.ownZones),
    "zone-names": settings.zoneNames && geojson(settings.zoneNames),
    checkpoints: settings.checkpoints && tiles(settings.checkpoints),
    problems: settings.problems && geojson(settings.problems),
    routes: settings.routes && geojson(ofDay(settings.routes, choice)),
    stops: settings.routes && geojson(ofDay(settings.stops, choice)),
  };
  return Object.fromEntries(Object.entries(all).filter(([, source]) => source));
}

/**
 * Make the style of a page.
 * @param {Settings} settings
 * @param {Colours} colours
 * @param {Choice} choice
 * @returns {import("maplibre-gl").StyleSpecification}
 */
export function styleOf(settings, colours, choice) {
  const extra = choice.extra?.(colours, choice) ?? { sources: {}, below: [], above: [] }; // a page's own layers
  return {
    version: 8,
    sources: { ...sources(settings, choice), ...extra.sources },
    layers: [
      { id: "land", type: "background", paint: { "background-color": colours.land } },
      ...streets(settings, colours),
      ...extra.below,
      ...zones(settings, colours, choice),
      ...points(settings, colours, choice),
      ...routes(settings, colours, choice),
      ...zoneNames(settings, colours, choice),
      ...stops(settings, choice),
      ...extra.above,
    ],
  };
}
