import assert from "node:assert/strict";
import { test } from "node:test";

import { EPSILONS, KEYS } from "../../fgsm/ui/shared/words.js";
import { shortPercent, top } from "../../fgsm/ui/stage/bars.js";
import { comparisonKey, pointText } from "../../fgsm/ui/stage/comparison.js";
import { freeHeight, place } from "../../fgsm/ui/stage/confidence.js";
import { inBase64, problemOf, scaledTo } from "../../fgsm/ui/stage/incoming.js";
import { isLong } from "../../fgsm/ui/shared/server.js";
import { joined, nearest, nextPart, points } from "../../fgsm/ui/stage/parts.js";
import { breakingPointText, curveText, isMisread, movedText, verdictOf } from "../../fgsm/ui/stage/verdict.js";

const GRID = EPSILONS.map((_, k) => k);

/** A whole sweep that is read as these, the last of them up to the end of the grid. */
const swept = (label, some, target = null) => {
  const predictions = GRID.map((k) => some[Math.min(k, some.length - 1)]);
  const stage = { label, target, ks: GRID, predictions };
  return { ...stage, ...points(stage) };
};

test("a digit that is right and then wrong is fooled", () => {
  const stage = swept(4, [4, 4, 9]);
  assert.deepEqual(verdictOf(stage, 0), ["still", "Still 4"]);
  assert.deepEqual(verdictOf(stage, 2), ["fooled", "Fooled:\n4 → 9"]);
  assert.equal(breakingPointText(stage), "breaks at ε* = 0.01");
});

test("a digit that is right again is said to be", () => {
  assert.equal(breakingPointText(swept(4, [4, 9, 4])), "breaks at ε* = 0.005, right again at 0.01");
});

test("a digit that nothing fools", () => {
  assert.equal(breakingPointText(swept(4, [4])), "holds up to ε = 0.50");
});

test("a digit that is misread before any attack is never called fooled", () => {
  const stage = swept(8, [3, 5, 8]);
  assert.ok(isMisread(stage));
  assert.deepEqual(verdictOf(stage, 0), ["wrong", "Wrong before any attack: an 8 read as 3"]);
  assert.deepEqual(verdictOf(stage, 1), ["wrong", "Wrong before any attack: an 8 read as 3, now 5"]);
  assert.deepEqual(verdictOf(stage, 2), ["still", "Corrected by the attack:\n3 → 8"]);
  assert.equal(breakingPointText(stage), "corrected at ε = 0.01");
  assert.equal(breakingPointText(swept(8, [3])), "no attack was needed");
});

test("under a target only the target is a success", () => {
  const stage = swept(4, [4, 3, 0], 0);
  assert.deepEqual([0, 1, 2].map((i) => verdictOf(stage, i)), [
    ["still", "Still 4"],
    ["other", "Target missed:\n4 → 3"],
    ["hit", "Target hit:\n4 → 0"],
  ]);
  assert.equal(breakingPointText(stage), "breaks at ε* = 0.005,\ntarget 0 at ε = 0.01");
  assert.equal(breakingPointText(swept(4, [4, 3], 0)), "breaks at ε* = 0.005,\ntarget 0 not reached");
  assert.equal(breakingPointText(swept(4, [4], 0)), "holds up to ε = 0.50");
  // A digit that is taken for the target from the start is no success of the attack's.
  assert.deepEqual(verdictOf(swept(8, [3, 5], 3), 0), ["wrong", "Wrong before any attack: an 8 read as 3"]);
  assert.deepEqual(verdictOf(swept(8, [3, 5], 5), 1), ["hit", "Target hit:\n3 → 5"]);
});

test("the curve in a sentence", () => {
  assert.equal(curveText(swept(4, [4, 4, 9, 3])), "4 until 0.01, then 9 until 0.015, then 3");
  assert.equal(curveText(swept(4, [4])), "4");
});

test("an attack with one gradient is asked for at once, one with many in parts", () => {
  assert.equal(isLong({ attack: KEYS.FGSM }), false);
  assert.equal(isLong({ attack: KEYS.ITERATIVE }), true);
  const parts = [];
  let known = [];
  while (known.length < GRID.length) {
    const part = nextPart(KEYS.ITERATIVE, known, 24);
    assert.equal(part[0], 0); // the clean digit is in each
    assert.deepEqual(part, [...new Set(part)].sort((a, b) => a - b));
    parts.push(part);
    known = [...new Set([...known, ...part])];
  }
  assert.deepEqual(parts[0], [0, 10, 20, 24, 30, 40, 50, 60, 70, 80, 90, 100]);
  assert.equal(parts.length, 3);
  assert.equal(parts.flat().filter((k) => k).length, GRID.length - 1); // none is asked for twice
  assert.deepEqual(nextPart(KEYS.ITERATIVE, GRID, 24), parts[0]); // asked again, from the start
  assert.deepEqual(nextPart(KEYS.FGSM, [], 24), parts[0]); // on a slow device, and then the rest
  assert.equal(nextPart(KEYS.FGSM, parts[0], 24).length, 1 + GRID.length - parts[0].length);
});

test("the nearest epsilon that is here", () => {
  assert.equal(nearest(GRID, 57), 57);
  assert.equal(nearest([0, 10, 24], 23), 2);
  assert.equal(nearest([0, 10, 24], 3), 0);
});

test("parts of a sweep become the sweep", () => {
  const labels = GRID.map((k) => (k < 17 ? 4 : k < 80 ? 9 : 4));
  const part = (ks) => {
    const stage = { label: 4, target: 9, ks, predictions: ks.map((k) => labels[k]) };
    const values = Object.fromEntries(["survives", "moved", "saturated", "largest", "mean"].map((name) => [name, ks]));
    const frames = Uint8Array.from(ks.flatMap((k) => Array(784).fill(k)));
    return { ...stage, ...values, probabilities: ks.map((k) => [k]), frames, changes: frames, ...points(stage) };
  };
  const whole = part(GRID);
  assert.deepEqual([whole.breaking_point, whole.right_again, whole.reached], [0.085, 0.4, 0.085]);
  const first = part([0, 20, 100]);
  const rest = part([0, ...GRID.filter((k) => k && k !== 20 && k !== 100)]);
  assert.equal(first.breaking_point, 0.1);
  assert.equal(breakingPointText(first), "looking for ε* …");
  assert.deepEqual(joined(first, rest), whole);
});

test("how many pixels moved, and why others did not", () => {
  const stage = { ks: [0, 24], moved: [0, 408], saturated: [600, 370], idle: 0 };
  assert.equal(movedText(stage, 0), "0 of 784 pixels moved.");
  assert.equal(movedText(stage, 1), "408 of 784 pixels moved; 376 were black or white already.");
  assert.equal(
    movedText({ ...stage, idle: 300 }, 1),
    "408 of 784 pixels moved; 76 were black or white already, 300 have no gradient.",
  );
  assert.equal(movedText({ ...stage, idle: 376 }, 1), "408 of 784 pixels moved; 376 have no gradient.");
  assert.equal( // ten steps have no direction of their own
    movedText({ ...stage, idle: null }, 1),
    "408 of 784 pixels moved; 370 of the others were black or white already.",
  );
  assert.equal(movedText({ ...stage, moved: [0, 784] }, 1), "784 of 784 pixels moved.");
});

test("the comparison depends on the model only while a drawing has no name", () => {
  const picked = { source: KEYS.BUILTIN, index: 3, attack: KEYS.FGSM, model: KEYS.LENET, twin: false, label: null };
  const same = (a, b) => comparisonKey(a) === comparisonKey(b);
  assert.ok(same(picked, { ...picked, model: KEYS.SOFTMAX, twin: true }));
  assert.ok(!same(picked, { ...picked, index: 4 }));
  assert.ok(!same(picked, { ...picked, attack: KEYS.REVERSED }));
  const drawn = { ...picked, source: KEYS.DRAWING, drawing: "AAAA" };
  assert.ok(!same(drawn, { ...drawn, model: KEYS.SOFTMAX }));
  assert.ok(same({ ...drawn, label: 0 }, { ...drawn, label: 0, model: KEYS.SOFTMAX }));
  const brought = { ...picked, source: KEYS.IMAGE, pixels: "AAAA" };
  assert.ok(!same(brought, { ...brought, model: KEYS.SOFTMAX }));
  assert.ok(!same({ ...brought, label: 0 }, { ...brought, label: 1 }));
});

test("a file of absurd size is not read", () => {
  assert.equal(problemOf({ name: "a.png", size: 40_000_000 }), null);
  assert.match(problemOf({ name: "a.png", size: 40_000_001 }), /^“a.png” has 40,000,001 bytes; a picture may have 40,000,000 at most\. Make it/);
  assert.equal(inBase64(Uint8Array.of(0, 1, 254, 255)), "AAH+/w==");
});

test("a picture is made smaller only where it is too large", () => {
  const scaled = (/** @type {number} */ width, /** @type {number} */ height, bytes = 90_000) => scaledTo({ width, height }, bytes);
  assert.equal(scaled(2000, 2000, 1_000_000), null);
  assert.equal(scaled(4000, 1000), null);
  assert.deepEqual(scaled(4000, 3000), [1000, 750]);
  assert.deepEqual(scaled(2000, 2001), [1000, 1000]);
  assert.deepEqual(scaled(4001, 900), [1000, 225]);
  assert.deepEqual(scaled(2, 5000), [1, 1000]);
  assert.deepEqual(scaled(900, 600, 1_000_001), [900, 600]); // written anew
});

test("where a model breaks, in words", () => {
  const none = { a: null, b: null, c: null };
  const answer = {
    label: 4, named: true, breaking_points: { ...none, a: 0.085 }, predictions: { a: 4, b: 4, c: 9 }, targets: none, reached: none,
  };
  assert.equal(pointText(answer, "a"), "0.085");
  assert.equal(pointText(answer, "b"), "holds up to 0.50");
  assert.equal(pointText(answer, "c"), "already misread (9)");
  assert.equal(pointText({ ...answer, named: false }, "c"), "reads 9");
  assert.equal(pointText(answer, "d"), "…"); // not known yet
  const targeted = { ...answer, targets: { a: 9, b: 9, c: 9 }, reached: { ...none, a: 0.1 } };
  assert.deepEqual(["a", "b", "c"].map((key) => pointText(targeted, key)), ["0.10", "not by 0.50", "already misread (9)"]);
});

test("bars have short numbers, and the three likeliest classes are read out", () => {
  assert.deepEqual([0.999, 0.4, 0.004].map(shortPercent), [">99", "40", ""]);
  assert.equal(top([0.1, 0, 0.7, 0.2]), "2 70.0 %, 3 20.0 %, 0 10.0 %");
});

test("a line is named where it is highest, and ε* where no name is", () => {
  const probabilities = Array.from({ length: 101 }, (_, k) => [k / 100, 1 - k / 100]);
  assert.deepEqual(place(0, GRID, probabilities), { digit: 0, left: 97, top: 0 });
  assert.deepEqual(place(1, GRID, probabilities), { digit: 1, left: 3, top: 0 });
  const taken = [{ digit: 1, left: 97, top: 0 }];
  assert.deepEqual(place(0, GRID, probabilities, taken), { digit: 0, left: 78, top: 22 });
  assert.equal(freeHeight(50, []), 40);
  assert.equal(freeHeight(50, [{ digit: 1, left: 50, top: 60 }]), 70);
  assert.equal(freeHeight(50, [{ digit: 1, left: 90, top: 60 }]), 40);
});
