import assert from "node:assert/strict";
import { test } from "node:test";

import { BRUSH, isCutOff, sent } from "../../fgsm/ui/stage/ink.js";

/** A seven of that size around a point of the pad. */
const seven = (size, [x, y] = [0.5, 0.5]) => [
  [[-0.35, -0.5], [0.35, -0.5], [0, 0.5]].map(([right, down]) => [x + size * right, y + size * down]),
];
const near = (found, expected) => assert.ok(Math.abs(found - expected) < 1e-9, `${found}, not ${expected}`);

test("strokes are sent a tenth as thick as the ink is long, whatever the size", () => {
  for (const size of [0.1, 0.3, 0.7, 0.9]) {
    const { brush, side } = sent(seven(size));
    near(brush / (size + brush), 0.1);
    near((size + brush) / side, 0.9);
  }
});

test("the ink is in the middle of what is sent", () => {
  const { x, y } = sent(seven(0.3, [0.2, 0.7]));
  near(x, 0.2);
  near(y, 0.7);
});

test("a dot alone is sent as a dot", () => {
  for (const dot of [[[0.2, 0.3]], [[0.2, 0.3], [0.21, 0.3]]]) {
    const { strokes, brush, side } = sent([dot]);
    assert.deepEqual(strokes, [dot]);
    assert.equal(brush, BRUSH);
    assert.ok(side > BRUSH);
  }
});

test("a dot beside a digit changes nothing", () => {
  assert.deepEqual(sent([...seven(0.4), [[0.05, 0.95]]]), sent(seven(0.4)));
});

test("what lies outside the pad does not count as ink", () => {
  const inside = sent([[[0.5, 0.2], [0.5, 1 + BRUSH / 2]]]);
  assert.deepEqual(sent([[[0.5, 0.2], [0.5, 3]]]), { ...inside, strokes: [[[0.5, 0.2], [0.5, 3]]] });
});

test("a drawing is cut off where a stroke leaves the pad", () => {
  assert.ok(!isCutOff([]));
  assert.ok(!isCutOff(seven(1)));
  assert.ok(isCutOff(seven(1.2)));
  assert.ok(isCutOff(seven(0.4, [0.1, 0.5])));
});
