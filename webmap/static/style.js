// The map's style, whole: what is drawn, from where, in which order. Pure: settings, colours and choices in, style out.
const FONT = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"];
const WIDTHS = [2.6, 2, 1.5, 1, 0.5, 0.3]; // px at zoom 12, by rank

const shown = (yes) => ({ visibility: yes ? "visible" : "none" });
const both = (...tests) => ["all", ...tests.filter(Boolean)];
const archive = (address) => `pmtiles://${new URL(address, location.href)}`;
const byRank = (values) => ["match", ["get", "rank"], ...values.flatMap((value, rank) => [rank, value]).slice(0, -2), values.at(-1)];
const width = (extra) => ["interpolate", ["exponential", 1.6], ["zoom"],
  9, byRank(WIDTHS.map((w) => w * 0.35)), 12, byRank(WIDTHS.map((w) => w + extra)), 17, byRank(WIDTHS.map((w) => w * 7 + extra))];

function streets(settings, colours) {
  if (!settings.streets) return [];
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

function zones(settings, colours, choice) {
  const vector = settings.zones ? { source: "zones", "source-layer": "zones" } : { source: "zones" };
  if (!settings.zones && !settings.ownZones) return [];
  const level = choice.level ? ["==", ["get", "level"], choice.level] : settings.ownZones && ["!=", ["get", "level"], "grid"];
  const own = ["==", ["get", "id"], settings.ownZone ?? ""];
  const layers = [
    { id: "zones", type: "line", ...vector, ...(level && { filter: level }), layout: shown(choice.zones),
      paint: { "line-color": colours.zone, "line-width": ["interpolate", ["linear"], ["zoom"], 11, 1.2, 15, settings.ownZones ? 1.2 : 2.4], "line-opacity": 0.8 } },
  ];
  if (settings.ownZones) {
    layers.push({ id: "own-zone", type: "line", ...vector, filter: own, layout: shown(choice.zones), paint: { "line-color": colours.zone, "line-width": 3 } });
  }
  return layers;
}

function zoneNames(settings, colours, choice) {
  if (!settings.zoneNames) return [];
  return [{ id: "zone-names", type: "symbol", source: "zone-names", filter: ["==", ["get", "level"], choice.level],
    layout: { ...shown(choice.zones), "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-max-width": 8, "text-padding": 8 },
    paint: { "text-color": colours.zone, "text-halo-color": colours.halo, "text-halo-width": 2 } }];
}

const found = (size) => ["interpolate", ["linear"], ["sqrt", ["get", "points"]], 0, 4 * size, 6, 16 * size];

function points(settings, colours, choice) {
  const radius = ["interpolate", ["linear"], ["zoom"], 11, 1.4, 14, 3.5, 17, 6];
  const layers = [];
  if (settings.checkpoints) {
    layers.push({ id: "checkpoints", type: "circle", source: "checkpoints", layout: shown(choice.checkpoints),
      paint: { "circle-color": colours.point, "circle-radius": radius, "circle-stroke-color": colours.halo, "circle-stroke-width": 0.8 } });
  }
  if (settings.problems) {
    layers.push({ id: "problems", type: "circle", source: "problems", layout: shown(choice.problems), paint: {
      "circle-color": colours.heat[3], "circle-opacity": 0.85, "circle-stroke-color": colours.casing, "circle-stroke-width": 1.5,
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, found(0.4), 15, found(1.2)] } });
  }
  return layers;
}

const teamNumber = (settings) => (settings.teams.length
  ? ["match", ["get", "team"], ...settings.teams.flatMap((team) => [team.id, team.colour]), 1] : 1);

function routes(settings, colours, choice) {
  if (!settings.routes) return { lines: [], stops: [] };
  const colour = ["at", ["-", teamNumber(settings), 1], ["literal", colours.teams]];
  const named = settings.teams.flatMap((team) => [team.id, team.name]);
  const name = named.length ? ["match", ["get", "team"], ...named, ""] : "";
  const day = choice.day ? ["==", ["get", "day"], choice.day] : undefined;
  const team = choice.team ? ["==", ["get", "team"], choice.team] : undefined;
  const filter = both(day);
  const strength = choice.team ? ["case", team, 1, 0.18] : 1;
  const layout = { ...shown(choice.routes), "line-cap": "round", "line-join": "round" };
  const wide = (base) => ["interpolate", ["linear"], ["zoom"], 10, base * 0.6, 13, base, 16, base * 1.8];
  const kind = ["get", "kind"];
  const image = ["case", ["==", kind, "stop"], ["concat", "stop|", teamNumber(settings), "|", ["get", "number"]],
    ["concat", kind, "|", teamNumber(settings)]];
  const lines = [
    { id: "routes-casing", type: "line", source: "routes", filter, layout, paint: { "line-color": colours.casing, "line-width": wide(5), "line-opacity": strength } },
    { id: "routes", type: "line", source: "routes", filter, layout, paint: { "line-color": ["to-color", colour], "line-width": wide(3), "line-opacity": strength } },
    { id: "route-names", type: "symbol", source: "routes", filter: both(day, team), layout: { ...shown(choice.routes && !settings.own), "symbol-placement": "line",
      "text-field": name, "text-font": FONT, "text-size": 11, "symbol-spacing": 260, "text-max-angle": 60 },
    paint: { "text-color": ["to-color", colour], "text-halo-color": colours.halo, "text-halo-width": 2 } },
  ];
  const stops = [
    { id: "stops", type: "symbol", source: "stops", filter: both(day, team), layout: { ...shown(choice.routes), "icon-image": image, "icon-allow-overlap": true, "icon-ignore-placement": true,
      "icon-size": ["interpolate", ["linear"], ["zoom"], 11, choice.team || settings.own ? 0.8 : 0.5, 14, 1], "symbol-sort-key": ["-", ["get", "order"]] } },
  ];
  return { lines, stops };
}

function sources(settings, choice) {
  const geojson = (data) => ({ type: "geojson", data });
  const all = {
    streets: settings.streets && { type: "vector", url: archive(settings.streets) },
    zones: settings.zones ? { type: "vector", url: archive(settings.zones) } : settings.ownZones && geojson(settings.ownZones),
    "zone-names": settings.zoneNames && geojson(settings.zoneNames),
    checkpoints: settings.checkpoints && geojson(settings.checkpoints),
    problems: settings.problems && geojson(settings.problems),
    routes: settings.routes && geojson(settings.routes),
    stops: settings.routes && geojson(settings.stops),
  };
  return Object.fromEntries(Object.entries(all).filter(([, source]) => source));
}

/** Make the style of a page: settings (addresses, teams), colours, and what the reader chose to see. */
export function styleOf(settings, colours, choice) {
  const { lines, stops } = routes(settings, colours, choice);
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
      ...lines,
      ...zoneNames(settings, colours, choice),
      ...stops,
      ...extra.above,
    ],
  };
}
