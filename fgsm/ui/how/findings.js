// @ts-check
// What is found in a picture's numbers, in sentences, for the digit and the model shown.

import { isHidden } from "../shared/modes.js";
import { EPSILONS, LAST, count, epsilonText, modelName, percent, sourceOf } from "../shared/words.js";

/** @typedef {import("../contract").Control} Control */
/** @typedef {import("../contract").Stage} Stage */

/** A number with a minus sign as long as a plus; without `decimals`, with as many as it has. */
export function signed(/** @type {number} */ value, /** @type {number} */ decimals = -1) {
  const text = decimals < 0 ? String(value) : value.toFixed(decimals);
  return text.replace("-", Number(text) === 0 ? "" : "−");
}

/** How much something changes: with its sign, also if it is a plus. */
export function change(/** @type {number} */ value, /** @type {number} */ decimals) {
  const text = signed(value, decimals);
  return Number(text) > 0 ? `+${text}` : text;
}

/** A share that was counted, so that none and all are exact. */
export const counted = (/** @type {number} */ share) =>
  (share === 0 || share === 1 ? `${100 * share} %` : percent(share));

/** A probability to a millionth: never "100 %" of what is not certain. */
export function precise(/** @type {number} */ p) {
  if (p > 0.9999995) return "> 99.9999 %";
  if (p < 0.0000005) return "< 0.0001 %";
  return `${(100 * p).toFixed(4)} %`;
}

/** A model's reading of the clean digit, if it is wrong, as the end of a sentence. */
export const misreading = (/** @type {number} */ read, /** @type {number} */ label) =>
  (read === label ? "" : `, which it reads as ${read} before any attack`);

/** Where the digit breaks under FGSM. */
export function breaking(/** @type {Pick<Stage, "breaking_point" | "label" | "predictions">} */ stage) {
  if (stage.predictions[0] !== stage.label || isHidden("point")) return "";
  const { breaking_point: point } = stage;
  return point === null
    ? `It withstands FGSM up to ε = ${epsilonText(LAST)}.`
    : `Its breaking point under FGSM is ε* = ${epsilonText(EPSILONS.indexOf(point))}.`;
}

/** What each direction makes of the confidence in the label. */
export function confidences(/** @type {Pick<Stage, "label" | "probabilities">[]} */ stages, /** @type {number} */ k) {
  const [{ label, probabilities }] = stages;
  const clean = `Confidence in ${label}: ${percent(probabilities[0][label])} at ε = 0`;
  if (k === 0) return `${clean}, whatever the direction.`;
  const [along, random, against] = stages.map((stage) => percent(stage.probabilities[k][label]));
  return `${clean}; at ε = ${epsilonText(k)}, ` +
    `${along} along the sign of the gradient, ${random} along random signs, ${against} against the gradient.`;
}

/** How many of the digits that FGSM fools would random signs have fooled too? */
export function controlled(/** @type {Control} */ control, /** @type {string} */ model, /** @type {number} */ k) {
  const { source, right_before: right, fooled, by_chance: chance, breaking: broken, by_chance_there: there } = control;
  return `${modelName(model)} reads ${count(right)} of ${sourceOf(source).phrase} correctly. ` +
    (k === 0 ? "" : `At ε = ${epsilonText(k)}, FGSM fools ${count(fooled[k])} of these` +
      (fooled[k] ? `, and random signs fool ${count(chance[k])} of the same ${count(fooled[k])}. ` : ". ")) +
    `At each digit's own ε*, random signs fool ${count(there)} of the ${count(broken)} digits that FGSM fools by ε = ${epsilonText(LAST)}.`;
}
