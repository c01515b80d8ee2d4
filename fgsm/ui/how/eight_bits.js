// @ts-check
// What saving in 8 bits leaves of small attacks.

import { ticksAround } from "../shared/axis.js";
import { modelName } from "../shared/words.js";
import { precise } from "./findings.js";
import { chartIn } from "./parts.js";

/** @typedef {import("../contract").EightBits} Answer */
/** @typedef {import("../shared/chart.js").Axis} Axis */

/** @type {Axis} */
const LEVELS = { title: "<i>ε</i>, in levels of 1/255", ticks: [0, 2, 4, 6, 8], format: (value) => String(Number(value.toFixed(2))) };

const BELOW_HALF = 2; // the last epsilon, in fifths of a level, that is rounded away

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
        precise,
      },
      lines: lines(confidence, saved),
    });
    return `${modelName(model)} and the digit on the stage. Broad and pale: as computed. Orange: after saving, in whole levels only. ` +
      `Confidence in ${label}: ${precise(confidence[0])} at ε = 0; ` + [BELOW_HALF, asked.length - 1].map((k) =>
        `at ε = ${asked[k]}/255, ${precise(confidence[k])} before saving and ${precise(saved[k])} after`).join("; ") + ".";
  };
}
