import assert from "node:assert/strict";
import { test } from "node:test";

import { csv } from "../../fgsm/ui/all_digits/csv.js";
import { shareText } from "../../fgsm/ui/all_digits/histogram.js";
import { strongest } from "../../fgsm/ui/how/linearity.js";
import { regions } from "../../fgsm/ui/how/regions.js";

test("a line of CSV for each result", () => {
  const card = {
    model: "a", attack: "b", source: "c", n: 10, of: null,
    results: [{ epsilon: 0, correct: 9, accuracy: 0.9, mean_confidence_wrong: null }],
  };
  const run = { ...card, of: 20, results: [{ epsilon: 0.1, correct: 5, accuracy: 0.5, mean_confidence_wrong: 0.75 }] };
  assert.equal(csv([card, run]),
    "measured,model,attack,digits,epsilon,correct,n,accuracy,mean_confidence_wrong\n" +
    "card,a,b,c,0,9,10,0.9,\n" +
    "this device,a,b,c,0.1,5,10,0.5,0.75\n");
});

test("a region is named in the middle of its largest square", () => {
  const rows = ["1111111", "1222111", "1222111", "1222111", "1111111", "1111131", "1111111"];
  assert.deepEqual(regions(rows, 1), [{ digit: "2", x: 2, y: 2, reach: 1 }]);
  assert.deepEqual(regions(rows, 7).map(({ digit }) => digit), ["1", "2"]); // 3 is one point only
  assert.deepEqual(regions(["444", "444", "444"], 4), []);
});

test("counted shares are exact at their ends", () => {
  assert.deepEqual([0, 1, 0.5, 0.99999].map(shareText), ["0 %", "100 %", "50.0 %", "> 99.9 %"]);
});

test("the strongest other class", () => {
  assert.equal(strongest([1, 9, 3, 8], 1), 3);
  assert.equal(strongest([1, 9, 3, 8], 0), 1);
});
