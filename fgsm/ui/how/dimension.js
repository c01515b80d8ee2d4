// @ts-check
// What n random pixels take from the margin of the linear model.

import { ticksAround } from "../shared/axis.js";
import { KEYS, modelName } from "../shared/words.js";
import { signed } from "./findings.js";
import { chartIn } from "./parts.js";

/** @typedef {import("../contract").Dimension} Answer */

const PIXELS = 784;

export function make(/** @type {HTMLElement} */ picture) {
  const name = modelName(KEYS.SOFTMAX);
  const { chart } = chartIn(picture, name);

  return (/** @type {Answer} */ answer) => {
    const { label, named, runner_up: rival, epsilon, margin, slope, enough, draws, sizes, mean, least, most } = answer;
    /** @type {(values: number[]) => [number, number][]} */
    const points = (values) => sizes.map((n, i) => [n, values[i]]);
    chart.show({
      label: "Measured fall of the margin against the number of pixels moved: compared with the straight line epsilon times m times n.",
      x: { title: "pixels moved, <i>n</i>", ticks: [0, 0.25, 0.5, 0.75, 1].map((part) => part * PIXELS), format: String },
      y: { title: "fall of the margin", ticks: ticksAround([0, slope * PIXELS, ...most]), format: String, precise: (value) => value.toFixed(3) },
      lines: [
        { name: "ε · m · n", className: "strong predicted", points: [0, ...sizes].map((n) => [n, slope * n]) },
        { name: `most of ${draws} draws`, className: "thin", points: points(most) },
        { name: `least of ${draws} draws`, className: "thin", points: points(least) },
        { name: `measured, mean of ${draws} draws`, className: "measured dots", points: points(mean) },
      ],
    });
    const turned = margin <= 0
      ? `It is not above 0 to begin with: ${name} reads ${rival}${named ? "" : " in the drawing"}.`
      : enough === null ? `Not even all ${PIXELS} pixels use it up.` : `On average, ${enough} pixels use it up.`;
    return `${name} at ε = ${epsilon}, unclipped. The margin of ${label} over ${rival} is ${signed(margin, 2)} at first, ` +
      `and falls by ${slope.toFixed(5)} for each pixel, on average. ${turned}`;
  };
}
