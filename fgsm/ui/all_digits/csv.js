// @ts-check
// Accuracies as a CSV file to save.

/** @typedef {import("../contract").Series} Series */

const HEAD = ["measured", "model", "attack", "digits", "epsilon", "correct", "n", "accuracy", "mean_confidence_wrong"];

/** One line for each result, with all that was counted. */
export function csv(/** @type {Series[]} */ all) {
  const rows = all.flatMap(({ model, attack, source, n, of, results }) =>
    results.map(({ epsilon, correct, accuracy, mean_confidence_wrong: confidence }) =>
      [of === null ? "card" : "this device", model, attack, source, epsilon, correct, n, accuracy, confidence ?? ""]));
  return [HEAD, ...rows].map((row) => row.join(",")).join("\n") + "\n";
}
