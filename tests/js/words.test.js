import assert from "node:assert/strict";
import { test } from "node:test";

import { EPSILONS, LAST, an, attackOf, called, epsilonText, inDecimals, inSentence, indexOf, percent } from "../../fgsm/ui/shared/words.js";

test("every epsilon of the grid is written and found again", () => {
  assert.equal(EPSILONS.length, LAST + 1);
  EPSILONS.forEach((epsilon, k) => {
    assert.equal(indexOf(epsilon), k);
    assert.equal(indexOf(Number(epsilonText(k))), k);
    assert.match(epsilonText(k), /^0\.\d\d5?$/);
  });
});

test("an epsilon is written in one way, wherever it comes from", () => {
  const written = [0, 0.1, 0.12, 0.125, 0.3333, 0.5, -0.25].map(inDecimals);
  assert.deepEqual(written, ["0.00", "0.10", "0.12", "0.125", "0.3333", "0.50", "−0.25"]);
  assert.equal(epsilonText(20), inDecimals(0.1));
});

test("nothing that is not certain is 100 %, nothing possible 0", () => {
  assert.equal(percent(0.99951), "> 99.9 %");
  assert.equal(percent(0.9994), "99.9 %");
  assert.equal(percent(0.5), "50.0 %");
  assert.equal(percent(0.0004), "< 0.1 %");
});

test("digits have their articles", () => {
  assert.equal(an(8), "an 8");
  assert.equal(an(1), "a 1");
  assert.equal(called({ label: 8, named: true }), "an 8");
  assert.equal(called({ label: 8, named: false }), "not named, and read as 8");
});

test("abbreviations keep their capitals inside a sentence", () => {
  assert.equal(inSentence("Random signs (control)"), "random signs (control)");
  assert.equal(inSentence("PGD, 40 steps"), "PGD, 40 steps");
});

test("what is not in the catalogue is named", () => {
  assert.throws(() => attackOf("magic"), /nothing in the catalogue is called magic/);
});
