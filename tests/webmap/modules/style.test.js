import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.location = /** @type {any} */ ({ href: "https://office.test/map" });
const { styleOf } = await import("../../../webmap/static/style.js");

const colours = new Proxy({}, { get: (_, name) => (["teams", "heat", "count"].includes(String(name)) ? Array(12).fill("#123456") : "#123456") });
const teams = [{ id: "T01", name: "第一组", colour: 1 }, { id: "T02", name: "第二组", colour: 2 }];
const settings = { streets: "/tiles/streets.pmtiles", zones: "/tiles/zones.pmtiles", zoneNames: "/z", checkpoints: "/c", problems: "/p", routes: "/r", stops: "/s", teams };
/** @param {any} style @param {string} id */
const layer = (style, id) => style.layers.find((/** @type {any} */ one) => one.id === id);

test("what the page has no address for is neither a source nor a layer", () => {
  const style = styleOf({ teams: [] }, /** @type {any} */ (colours), {});
  assert.deepEqual(Object.keys(style.sources), []);
  assert.deepEqual(style.layers.map(({ id }) => id), ["land"]);
});

test("every layer draws a source that is there, and no id stands twice", () => {
  const style = styleOf(settings, /** @type {any} */ (colours), { zones: true, routes: true, checkpoints: true, level: "street" });
  const ids = style.layers.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const one of /** @type {any[]} */ (style.layers)) if (one.source) assert.ok(style.sources[one.source], one.id);
});

test("a day and a team narrow what is shown; another team's routes grow pale and do not vanish", () => {
  const style = styleOf(settings, /** @type {any} */ (colours), { routes: true, day: 2, team: "T02" });
  assert.deepEqual(layer(style, "stops").filter, ["all", ["==", ["get", "day"], 2], ["==", ["get", "team"], "T02"]]);
  assert.deepEqual(layer(style, "routes").filter, ["all", ["==", ["get", "day"], 2]]);
  assert.deepEqual(layer(style, "routes").paint["line-opacity"], ["case", ["==", ["get", "team"], "T02"], 1, 0.18]);
});

test("a switched-off layer is hidden, and a page's own layers stand where it says", () => {
  const own = /** @type {any} */ ({ sources: { own: { type: "geojson", data: "/own" } }, below: [{ id: "below" }], above: [{ id: "above" }] });
  const style = styleOf(settings, /** @type {any} */ (colours), { zones: false, extra: () => own });
  const ids = style.layers.map(({ id }) => id);
  assert.equal(layer(style, "zones").layout.visibility, "none");
  assert.ok(ids.indexOf("streets") < ids.indexOf("below") && ids.indexOf("below") < ids.indexOf("zones"));
  assert.equal(ids.at(-1), "above");
});
