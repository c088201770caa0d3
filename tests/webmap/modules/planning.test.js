import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = /** @type {any} */ ({ getElementById: () => null });
const { path } = await import("../../../webmap/static/planning.js");

test("the curve falls in steps from the upper to the lower edge, and never leaves the box", () => {
  assert.equal(path([[0, 300], [5, 200], [20, 100]], 10), "M0.0,4.0H160.0V32.0H320.0V60.0");
});

test("one value, or the same value throughout, is drawn at the lower edge", () => {
  assert.equal(path([[0, 100]], 10), "M0.0,60.0");
  assert.equal(path([[0, 100], [1, 100]], 0), "M0.0,60.0H320.0V60.0");
});
