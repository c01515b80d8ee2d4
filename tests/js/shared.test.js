import assert from "node:assert/strict";
import { test } from "node:test";

import { around, share, ticksAround } from "../../fgsm/ui/shared/axis.js";
import { changeColours, undifferenced } from "../../fgsm/ui/shared/frames.js";
import { arrowOf } from "../../fgsm/ui/shared/keys.js";
import { refusalOf, inTime } from "../../fgsm/ui/shared/waiting.js";

test("ticks are round, few, and enclose the values", () => {
  for (const values of [[0, 1], [-3.2, 7.9], [0.001, 0.0042], [120, 4500], [-1, -0.2]]) {
    const ticks = ticksAround(values);
    assert.ok(ticks[0] <= Math.min(...values) && ticks[ticks.length - 1] >= Math.max(...values));
    assert.ok(ticks.length >= 2 && ticks.length <= 7, String(ticks));
    const steps = new Set(ticks.slice(1).map((tick, i) => (tick - ticks[i]).toPrecision(6)));
    assert.equal(steps.size, 1);
  }
  assert.deepEqual(ticksAround([0, 4]), [0, 1, 2, 3, 4]);
});

test("values that hardly differ get an axis of a thousandth", () => {
  const ticks = ticksAround([0.99999999, 1], 1);
  assert.equal(ticks[ticks.length - 1], 1);
  assert.ok(ticks.length >= 2 && 1 - ticks[0] >= 2e-4);
});

test("an axis ends at its limit", () => {
  assert.equal(Math.max(...ticksAround([0.31, 0.99], 1)), 1);
});

test("places on an axis", () => {
  assert.equal(share(0.25, [0, 0.5, 1]), 0.25);
  assert.equal(share(0, [-1, 1]), 0.5);
  assert.deepEqual(around([0, 10]), [-1.5, 11.5]);
});

test("frames come back from their differences, around 256", () => {
  const bytes = new Uint8Array(3 * 784);
  bytes.fill(200, 0, 784).fill(100, 784, 1568).fill(255, 1568);
  const frames = undifferenced(bytes);
  assert.deepEqual([frames[0], frames[784], frames[1568]], [200, 44, 43]);
});

test("no change is neutral, the largest has the full colour", () => {
  const colours = changeColours([0, 0, 255], [128, 128, 128], [255, 0, 0]);
  const rgb = (level) => [colours[level] & 255, (colours[level] >> 8) & 255, (colours[level] >> 16) & 255];
  assert.deepEqual([rgb(1), rgb(128), rgb(255)], [[0, 0, 255], [128, 128, 128], [255, 0, 0]]);
});

test("arrow keys go where they point, unless the browser wants them", () => {
  assert.deepEqual(arrowOf({ key: "ArrowLeft" }), [-1, 0]);
  assert.deepEqual(arrowOf({ key: "ArrowDown" }), [0, 1]);
  assert.equal(arrowOf({ key: "ArrowLeft", altKey: true }), null);
  assert.equal(arrowOf({ key: "Enter" }), null);
});

test("an answer comes in time or is an error", async () => {
  assert.deepEqual(await inTime(Promise.resolve({ a: 1 })), { a: 1 });
  await assert.rejects(inTime(Promise.resolve(undefined)), /no answer/);
  await assert.rejects(inTime(new Promise(() => {}), 5), /no answer/);
  assert.equal(refusalOf({ error: "No." }), "No.");
  assert.equal(refusalOf({ digit: 1 }), null);
});
