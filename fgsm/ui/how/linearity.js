// @ts-check
// Logits against epsilon, and the straight lines that the gradient predicts.

import { around, ticksAround } from "../shared/axis.js";
import { findAll } from "../shared/dom.js";
import { CLASSES, modelName } from "../shared/words.js";
import { chartIn } from "./parts.js";

/** @typedef {import("../contract").Linearity} Answer */
/** @typedef {import("../shared/chart.js").Line} Line */

export function make(/** @type {HTMLElement} */ picture) {
  /** @type {Record<string, ReturnType<typeof chartIn>>} */
  const charts = {};
  picture.classList.add("row", "clipped");

  return (/** @type {Answer} */ { label, named, epsilons, charts: all }) => {
    const end = epsilons[epsilons.length - 1];
    for (const column of findAll(picture, ".chart-box")) column.hidden = true;
    for (const { model, logits, first_order: foretold } of all) {
      charts[model] ??= chartIn(picture, modelName(model));
      const { chart, column } = charts[model];
      column.hidden = false;
      chart.show({
        label: `Logits of ${modelName(model)} against epsilon from −${end} to ${end}, with their first-order prediction.`,
        x: { title: "<i>ε</i>", ticks: [-1, -0.5, 0, 0.5, 1].map((part) => part * end), format: (value) => String(Number(value.toFixed(3))) },
        y: { title: "logit <i>z</i>", ticks: ticksAround(around(logits.flat())), format: String, precise: (value) => value.toFixed(2) },
        marks: [{ x: 0, text: "x" }],
        lines: linesOf(logits, foretold, epsilons, label),
      });
    }
    return `Lines: measured. Broad and pale: predicted from the gradient at x. Bold: ${label}, ${named ? "the label" : "which is read in the drawing"}. ` +
      `Orange: the strongest other class at ε = ${end}. Grey: the rest.`;
  };
}

/**
 * Two lines for each class, the label's on top, then its strongest rival's.
 * @param {number[][]} logits
 * @param {number[][]} foretold
 * @param {number[]} epsilons
 * @param {number} label
 */
function linesOf(logits, foretold, epsilons, label) {
  const rival = strongest(logits[logits.length - 1], label);
  const weight = (/** @type {number} */ digit) => (digit === label ? 2 : digit === rival ? 1 : 0);
  const styles = ["thin", "rival", "strong"];
  /** @type {(values: number[][], digit: number, what: string, className: string) => Line} */
  const line = (values, digit, what, className) => ({
    name: weight(digit) ? `${digit}, ${what}` : null,
    className: `${styles[weight(digit)]} ${className}`,
    points: epsilons.map((epsilon, i) => [epsilon, values[i][digit]]),
  });
  return [...CLASSES].sort((a, b) => weight(a) - weight(b)).flatMap((digit) => [
    line(logits, digit, "measured", ""),
    line(foretold, digit, "foretold", weight(digit) ? "predicted" : "predicted faint"),
  ]);
}

/**
 * The class with the largest logit, apart from the label.
 * @param {number[]} logits
 * @param {number} label
 */
export function strongest(logits, label) {
  const others = logits.map((value, digit) => (digit === label ? -Infinity : value));
  return others.indexOf(Math.max(...others));
}
