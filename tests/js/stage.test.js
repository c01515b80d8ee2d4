import assert from "node:assert/strict";
import { test } from "node:test";

import { KEYS } from "../../fgsm/ui/shared/words.js";
import { shortPercent, top } from "../../fgsm/ui/stage/bars.js";
import { comparisonKey, pointText } from "../../fgsm/ui/stage/comparison.js";
import { freeHeight, place } from "../../fgsm/ui/stage/confidence.js";
import { breakingPointText, isMisread, verdictOf } from "../../fgsm/ui/stage/verdict.js";

/** A stage of three epsilons. */
const swept = (label, predictions, breaking_point = null, right_again = null) =>
  ({ label, predictions, breaking_point, right_again });

test("a digit that is right and then wrong is fooled", () => {
  const stage = swept(4, [4, 4, 9], 0.01);
  assert.deepEqual(verdictOf(stage, 0), ["still", "Still 4"]);
  assert.deepEqual(verdictOf(stage, 2), ["fooled", "Fooled:\n4 → 9"]);
  assert.equal(breakingPointText(stage), "breaks at ε* = 0.01");
});

test("a digit that is right again is said to be", () => {
  assert.equal(breakingPointText(swept(4, [4, 9, 4], 0.005, 0.01)), "breaks at ε* = 0.005, right again at 0.01");
});

test("a digit that nothing fools", () => {
  assert.equal(breakingPointText(swept(4, [4, 4, 4])), "never breaks up to 0.5");
});

test("a digit that is misread before any attack is never called fooled", () => {
  const stage = swept(8, [3, 5, 8], null, 0.01);
  assert.ok(isMisread(stage));
  assert.deepEqual(verdictOf(stage, 0), ["wrong", "Wrong before any attack: an 8 read as 3"]);
  assert.deepEqual(verdictOf(stage, 1), ["wrong", "Wrong before any attack: an 8 read as 3, now 5"]);
  assert.deepEqual(verdictOf(stage, 2), ["still", "Put right:\n3 → 8"]);
  assert.equal(breakingPointText(stage), "put right at ε = 0.01");
  assert.equal(breakingPointText(swept(8, [3, 3, 3])), "no attack was needed");
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
});

test("where a model breaks, in words", () => {
  const answer = { label: 4, named: true, breaking_points: { a: 0.085, b: null, c: null }, predictions: { a: 4, b: 4, c: 9 } };
  assert.equal(pointText(answer, "a"), "0.085");
  assert.equal(pointText(answer, "b"), "> 0.5");
  assert.equal(pointText(answer, "c"), "misread as 9");
  assert.equal(pointText({ ...answer, named: false }, "c"), "reads 9");
});

test("bars have short numbers, and the three likeliest classes are read out", () => {
  assert.deepEqual([0.999, 0.4, 0.004].map(shortPercent), [">99", "40", ""]);
  assert.equal(top([0.1, 0, 0.7, 0.2]), "2 70.0 %, 3 20.0 %, 0 10.0 %");
});

test("a line is named where it is highest, and ε* where no name is", () => {
  const probabilities = Array.from({ length: 101 }, (_, k) => [k / 100, 1 - k / 100]);
  assert.deepEqual(place(0, probabilities), { digit: 0, left: 97, top: 0 });
  assert.deepEqual(place(1, probabilities), { digit: 1, left: 3, top: 0 });
  assert.equal(freeHeight(50, []), 40);
  assert.equal(freeHeight(50, [{ digit: 1, left: 50, top: 60 }]), 70);
  assert.equal(freeHeight(50, [{ digit: 1, left: 90, top: 60 }]), 40);
});
