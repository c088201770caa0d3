import assert from "node:assert/strict";
import { test } from "node:test";

const page = {
  settings: '{"day": 2}',
  texts: '{"Day {day}": "第 {day} 天", "{minutes} min": "{minutes} 分钟", "{hours} h {minutes} min": "{hours} 小时 {minutes} 分"}',
};
globalThis.document = /** @type {any} */ ({
  getElementById: (/** @type {"settings" | "texts"} */ id) => ({ textContent: page[id] }),
});
const { duration, minutes, number, settings, t } = await import("../../../webmap/static/texts.js");

test("texts come from the page's catalogue, and in English where it has none", () => {
  assert.equal(settings.day, 2);
  assert.equal(t("Day {day}", { day: 3 }), "第 3 天");
  assert.equal(t("Day {day}"), "第  天");
  assert.equal(t("Unknown {place}", { place: "{day}" }), "Unknown {day}");
});

test("a name that a person chose is never taken for a placeholder or a pattern", () => {
  assert.equal(t("Day {day}", { day: "$& {day}" }), "第 $& {day} 天");
});

test("numbers have thin separators, durations hours and minutes", () => {
  assert.equal(number(1234567.891), "1\u202f234\u202f567.89");
  assert.equal(minutes(89), "1 分钟");
  assert.equal(duration(3599), "1 小时 00 分");
  assert.equal(duration(7_500), "2 小时 05 分");
});
