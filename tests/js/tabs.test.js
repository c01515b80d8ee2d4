import assert from "node:assert/strict";
import { test } from "node:test";

import { csv } from "../../fgsm/ui/all_digits/csv.js";
import { shareText } from "../../fgsm/ui/all_digits/histogram.js";
import { progressText, spokenText } from "../../fgsm/ui/all_digits/running.js";
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

/** A run after n of 1,000 digits. */
const after = (n, seconds = 2) => ({
  news: 1, ahead: 0, device: "cpu", seconds,
  series: { source: "builtin", n, of: 1000, results: [{}, {}] },
});

test("how a run is, in words", () => {
  const waiting = (ahead) => ({ ...after(0), ahead, series: null });
  assert.equal(progressText(waiting(1)), "Waiting: 1 run is ahead of yours.");
  assert.equal(progressText(waiting(2)), "Waiting: 2 runs are ahead of yours.");
  assert.equal(progressText(waiting(0)), "Starting.");
  assert.equal(progressText(after(0, 0)), "Running: 0 of 1,000 built-in digits.");
  assert.equal(progressText(after(500)),
    "Running: 500 of 1,000 built-in digits, 250 digits per second at 2 epsilons, on cpu, 2.0 s.");
  assert.match(progressText(after(1000)), /^Done: 1,000 of 1,000 built-in digits, 500 digits/);
});

test("what is said aloud of a run is short", () => {
  assert.deepEqual([0, 249, 250, 760].map((n) => spokenText(after(n))),
    ["Running.", "Running.", "Running: 25 % done.", "Running: 75 % done."]);
  assert.equal(spokenText(after(1000)), progressText(after(1000)));
});
