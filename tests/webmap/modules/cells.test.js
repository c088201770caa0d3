import assert from "node:assert/strict";
import { test } from "node:test";

const { NEAR, cellShapes } = await import("../../../webmap/static/cell_style.js");

const colours = /** @type {any} */ ({ hot: "#aa0000", cold: "#0000aa", casing: "#ffffff", ink: "#000000", halo: "#ffffff" });

test("each class has its colour, and what is unknown is hatched and not coloured", () => {
  const layers = /** @type {any[]} */ (cellShapes(colours, { surface: "rate", outlines: true }, ["#111111", "#222222"]));
  const cells = layers.find(({ id }) => id === "cells");
  assert.deepEqual(cells.paint["fill-color"], ["match", ["get", "rate"], 2, "#111111", 3, "#222222", "rgba(0,0,0,0)"]);
  assert.deepEqual(layers.find(({ id }) => id === "cells-unknown").filter, ["all", ["!=", ["get", "outline"], true], ["==", ["get", "rate"], 1]]);
  assert.ok(layers.every(({ minzoom }) => minzoom >= NEAR));
});

test("hot and cold differ in more than their colour, and go away with the choice", () => {
  const layers = /** @type {any[]} */ (cellShapes(colours, { surface: "none", outlines: false }, []));
  const [hot, cold] = ["hot", "cold"].map((name) => layers.find(({ id }) => id === name));
  assert.equal(hot.paint["line-dasharray"], undefined);
  assert.deepEqual(cold.paint["line-dasharray"], [2, 1.4]);
  assert.ok(layers.every(({ layout }) => layout.visibility === "none"));
});
