// @ts-check
// Logits against epsilon, and the straight lines that the gradient predicts.

import { around, ticksAround } from "../shared/axis.js";
import { create, findAll } from "../shared/dom.js";
import { CLASSES, modelName } from "../shared/words.js";
import { change, signed } from "./findings.js";
import { chartIn } from "./parts.js";

/** @typedef {import("../contract").Linearity} Answer */
/** @typedef {import("../shared/chart.js").Line} Line */

export function make(/** @type {HTMLElement} */ picture) {
  /** @type {Record<string, ReturnType<typeof chartWithTable>>} */
  const charts = {};
  picture.classList.add("row", "clipped");

  return (/** @type {Answer} */ { label, named, epsilons, ends, charts: all }) => {
    const end = epsilons[epsilons.length - 1];
    for (const column of findAll(picture, ".chart-box")) column.hidden = true;
    for (const { model, logits, first_order: predicted, bends } of all) {
      charts[model] ??= chartWithTable(picture, modelName(model));
      const { chart, column, bend } = charts[model];
      column.hidden = false;
      chart.show({
        label: `Logits of ${modelName(model)} against epsilon from −${end} to ${end}, with their first-order prediction.`,
        x: { title: "<i>ε</i>", ticks: [-1, -0.5, 0, 0.5, 1].map((part) => part * end), format: (value) => signed(Number(value.toFixed(3))) },
        y: { title: "logit <i>z</i>", ticks: ticksAround(around(logits.flat())), format: (value) => signed(value), precise: (value) => signed(value, 2) },
        marks: [{ x: 0, text: "x" }],
        lines: linesOf(logits, predicted, epsilons, label),
      });
      bend.replaceChildren(
        bendTable(bends, ends, label, strongest(logits[logits.length - 1], label)),
        create("p", "", movesText({ logits, first_order: predicted }, epsilons, label)),
      );
    }
    return `Lines: measured. Broad and pale: predicted from the gradient at x. Bold: ${label}, ${named ? "the label" : "which is read in the drawing"}. ` +
      `Orange: the strongest other class at ε = ${end}. Grey: the rest. ` +
      "Bend: how far a logit strays from its line, in per cent of how far the two move at most.";
  };
}

/** @param {HTMLElement} picture @param {string} title */
function chartWithTable(picture, title) {
  const { chart, column } = chartIn(picture, title);
  const bend = create("div", "bend");
  column.append(bend);
  return { chart, column, bend };
}

/**
 * A row for each end, a column for each class.
 * @param {number[][]} bends
 * @param {number[]} ends
 * @param {number} label
 * @param {number} rival
 */
function bendTable(bends, ends, label, rival) {
  const table = create("table");
  const cells = (/** @type {"th" | "td"} */ tag, /** @type {number[]} */ values) => values.map((value, digit) =>
    create(tag, digit === label ? "label" : digit === rival ? "rival" : "", String(value)));
  const line = (/** @type {HTMLElement[]} */ ...all) => {
    const element = create("tr");
    element.append(...all);
    return element;
  };
  table.append(
    create("caption", "", "Bend, in %"),
    line(create("th", "", "class"), ...cells("th", CLASSES)),
    ...bends.map((row, i) =>
      line(create("th", "", `to ${ends[i]}`), ...cells("td", row.map((bend) => Math.round(100 * bend))))),
  );
  return table;
}

/**
 * How far the label's logit and its strongest rival's move, and were predicted to move.
 * @param {{ logits: number[][], first_order: number[][] }} chart
 * @param {number[]} epsilons
 * @param {number} label
 */
export function movesText({ logits, first_order: predicted }, epsilons, label) {
  const [first, last] = [epsilons.indexOf(0), epsilons.length - 1];
  const move = (/** @type {number[][]} */ values, /** @type {number} */ digit) =>
    change(values[last][digit] - values[first][digit], 1);
  const moves = [label, strongest(logits[last], label)]
    .map((digit) => `the logit of ${digit} moves by ${move(logits, digit)}, its line by ${move(predicted, digit)}`);
  return `By ε = ${epsilons[last]}, ${moves.join("; ")}.`;
}

/**
 * Two lines for each class, the label's on top, then its strongest rival's.
 * @param {number[][]} logits
 * @param {number[][]} predicted
 * @param {number[]} epsilons
 * @param {number} label
 */
function linesOf(logits, predicted, epsilons, label) {
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
    line(predicted, digit, "predicted", weight(digit) ? "predicted" : "predicted faint"),
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
