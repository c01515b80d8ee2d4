import assert from "node:assert/strict";
import { test } from "node:test";

import { csv } from "../../fgsm/ui/all_digits/csv.js";
import { shareText } from "../../fgsm/ui/all_digits/histogram.js";
import { cancelledText, progressText, spokenText } from "../../fgsm/ui/all_digits/running.js";
import { breaking, change, confidences, controlled, misreading, precise, signed } from "../../fgsm/ui/how/findings.js";
import { movesText, strongest } from "../../fgsm/ui/how/linearity.js";
import { middle, only, regions, shares } from "../../fgsm/ui/how/regions.js";

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
  assert.deepEqual(regions(["444", "444", "444"], null), [{ digit: "4", x: 1, y: 1, reach: 1 }]);
});

test("what a window shows, in numbers", () => {
  const rows = ["44499", "44999", "44499", "44449", "74444"];
  assert.equal(middle(rows), 4);
  assert.deepEqual(shares(rows, 4), { left: 0.1, right: 0.7 });
  assert.deepEqual(shares(rows, 9), { left: 1, right: 0.3 });
  assert.equal(only(rows), null);
  assert.equal(only(["99", "99"]), 9);
});

test("numbers with a sign", () => {
  assert.deepEqual([-1.25, 0, 3].map((value) => signed(value)), ["−1.25", "0", "3"]);
  assert.deepEqual([-0.04, -0.06, 0.06, 0.04].map((value) => change(value, 1)), ["0.0", "−0.1", "+0.1", "0.0"]);
  assert.deepEqual([1, 0.99999, 0].map(precise), ["> 99.9999 %", "99.9990 %", "< 0.0001 %"]);
});

test("what three directions do to a digit", () => {
  const table = (/** @type {number} */ p) => [[0.98, 0.02], [p, 1 - p]];
  const stages = [0.1, 0.97, 0.9999].map((p) => ({ label: 0, probabilities: table(p) }));
  assert.equal(confidences(stages, 0), "Confidence in 0: 98.0 % at ε = 0, whatever the direction.");
  assert.equal(confidences(stages, 1), "Confidence in 0: 98.0 % at ε = 0; at ε = 0.005, " +
    "10.0 % along the sign of the gradient, 97.0 % along random signs, > 99.9 % against the gradient.");
});

test("where a digit breaks, if it does", () => {
  assert.equal(breaking({ label: 4, predictions: [4], breaking_point: 0.085 }), "Its breaking point under FGSM is ε* = 0.085.");
  assert.equal(breaking({ label: 4, predictions: [4], breaking_point: null }), "It withstands FGSM up to ε = 0.50.");
  assert.equal(breaking({ label: 4, predictions: [9], breaking_point: null }), "");
  assert.equal(misreading(4, 4), "");
  assert.equal(misreading(9, 4), ", which it reads as 9 before any attack");
});

test("how many digits the control fools", () => {
  const control = { source: "test", right_before: 9910, fooled: [0, 867], by_chance: [0, 25], breaking: 9592, by_chance_there: 36 };
  const [none, some] = [0, 1].map((k) => controlled(control, "lenet", k));
  const all = "At each digit's own ε*, random signs fool 36 of the 9,592 digits that FGSM fools by ε = 0.50.";
  assert.equal(some, "LeNet reads 9,910 of MNIST's 10,000 test digits correctly. " +
    `At ε = 0.005, FGSM fools 867 of these, and random signs fool 25 of the same 867. ${all}`);
  assert.equal(none, `LeNet reads 9,910 of MNIST's 10,000 test digits correctly. ${all}`);
  assert.match(controlled({ ...control, fooled: [0, 0] }, "lenet", 1), /FGSM fools 0 of these\. At each/);
});

test("how far logits move, and were predicted to", () => {
  const [logits, line] = [[[9, 1, 2], [5, 4, 3]], [[9, 1, 2], [-20, 8, 1]]];
  assert.equal(movesText({ logits, first_order: line }, [0, 0.5], 0),
    "By ε = 0.5, the logit of 0 moves by −4.0, its line by −29.0; the logit of 1 moves by +3.0, its line by +7.0.");
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

test("a run that is cancelled says how far it had got", () => {
  assert.equal(cancelledText(after(630).series), "Run cancelled. It had attacked 630 of 1,000 built-in digits.");
  assert.equal(cancelledText(after(0).series), "Run cancelled.");
  assert.equal(cancelledText(null), "Run cancelled.");
});

test("what is said aloud of a run is short", () => {
  assert.deepEqual([0, 249, 250, 760].map((n) => spokenText(after(n))),
    ["Running.", "Running.", "Running: 25 % done.", "Running: 75 % done."]);
  assert.equal(spokenText(after(1000)), progressText(after(1000)));
});
