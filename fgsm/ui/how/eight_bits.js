// @ts-check
// What saving in 8 bits leaves of small attacks.

import { ticksAround } from "../shared/axis.js";
import { modelName } from "../shared/words.js";
import { chartIn } from "./parts.js";

/** @typedef {import("../contract").EightBits} Answer */
/** @typedef {import("../shared/chart.js").Axis} Axis */

/** @type {Axis} */
const LEVELS = { title: "<i>ε</i>, in levels of 1/255", ticks: [0, 2, 4, 6, 8], format: (value) => String(Number(value.toFixed(2))) };

export function make(/** @type {HTMLElement} */ picture) {
  picture.classList.add("row");
  const change = chartIn(picture, "What is left of ε").chart;
  const sure = chartIn(picture, "Confidence in the label").chart;

  return (/** @type {Answer} */ { model, label, asked, left, confidence, saved_confidence: saved }) => {
    /** @type {(computed: number[], saved: number[]) => import("../shared/chart.js").Line[]} */
    const lines = (computed, kept) => [
      { name: "computed", className: "strong predicted", points: asked.map((epsilon, i) => [epsilon, computed[i]]) },
      { name: "saved", className: "measured", points: asked.map((epsilon, i) => [epsilon, kept[i]]) },
    ];
    change.show({
      label: "Largest change of a pixel after saving in 8 bits, against epsilon: a staircase.",
      x: LEVELS,
      y: { title: "largest change, in levels", ticks: [0, 2, 4, 6, 8], format: String, precise: (value) => value.toFixed(1) },
      lines: lines(asked, left),
    });
    sure.show({
      label: `Confidence of ${modelName(model)} in the label, as computed and after saving.`,
      x: LEVELS,
      y: {
        title: `probability of ${label}`,
        ticks: ticksAround([...confidence, ...saved], 1),
        format: (p) => `${Number((100 * p).toPrecision(6))} %`,
        precise: (p) => `${(100 * p).toFixed(4)} %`,
      },
      lines: lines(confidence, saved),
    });
    return `${modelName(model)} on the stage's digit. Broad and pale: as computed. Orange: after saving, which changes in whole levels only.`;
  };
}
