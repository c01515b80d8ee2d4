// @ts-check
// What the stage says in words about one model's sweep.

import { isHidden } from "../shared/modes.js";
import { LARGEST, an, epsilonText, inDecimals, indexOf, modelName } from "../shared/words.js";
import { isWhole } from "./parts.js";

const PIXELS = 784;

/** @typedef {import("../contract").Stage} Stage */
/** @typedef {Pick<Stage, "label" | "target" | "predictions">} Read */
/** @typedef {Read & Pick<Stage, "ks" | "breaking_point" | "right_again" | "reached">} Swept */

/** Whether the clean digit is read as another class than its label. */
export const isMisread = (/** @type {Pick<Read, "label" | "predictions">} */ { label, predictions }) =>
  predictions[0] !== label;

/**
 * The verdict on the i-th prediction: an icon's name and words. Under a target, reaching it is the
 * success, and another error is not.
 * @param {Read} stage
 * @param {number} i
 * @returns {["fooled" | "hit" | "other" | "still" | "wrong", string]}
 */
export function verdictOf(stage, i) {
  const { label, target, predictions } = stage;
  const [before, now] = [predictions[0], predictions[i]];
  if (now === target && now !== before) return ["hit", `Target hit:\n${before} → ${now}`];
  if (isMisread(stage)) {
    if (now === label) return ["still", `Corrected by the attack:\n${before} → ${label}`];
    const changed = now === before ? "" : `, now ${now}`;
    return ["wrong", `Wrong before any attack: ${an(label)} read as ${before}${changed}`];
  }
  if (now === label) return ["still", `Still ${label}`];
  if (target === null) return ["fooled", `Fooled:\n${label} → ${now}`];
  return ["other", `Target missed:\n${label} → ${now}`];
}

/** Where it breaks, where it is read correctly again, and where it reaches its target. */
export function breakingPointText(/** @type {Swept} */ stage) {
  if (isHidden("point")) return "";
  if (!isWhole(stage)) return "looking for ε* …";
  const { breaking_point: breaks, right_again: right, target, reached } = stage;
  const at = (/** @type {number} */ epsilon) => epsilonText(indexOf(epsilon));
  const goal = target === null ? ""
    : reached === null ? `,\ntarget ${target} not reached` : `,\ntarget ${target} at ε = ${at(reached)}`;
  if (isMisread(stage)) return (right === null ? "no attack was needed" : `corrected at ε = ${at(right)}`) + goal;
  if (breaks === null) return `holds up to ε = ${inDecimals(LARGEST)}`;
  const again = right === null || target !== null ? "" : `, right again at ${at(right)}`;
  return `breaks at ε* = ${at(breaks)}${again}${goal}`;
}

/** The curve in a sentence: "4 until 0.085, then 9 until 0.43, then 3". */
export function curveText(/** @type {Pick<Stage, "ks" | "predictions">} */ { ks, predictions }) {
  const starts = predictions.map((_, i) => i).filter((i) => i === 0 || predictions[i] !== predictions[i - 1]);
  return starts
    .map((i, n) => {
      const end = starts[n + 1];
      return end === undefined ? `${predictions[i]}` : `${predictions[i]} until ${epsilonText(ks[end])}`;
    })
    .join(", then ");
}

/** How many pixels moved at the i-th epsilon, and why others did not. */
export function movedText(
  /** @type {Pick<Stage, "ks" | "moved" | "saturated" | "idle">} */ { ks, moved, saturated, idle },
  /** @type {number} */ i,
) {
  const text = `${moved[i]} of ${PIXELS} pixels moved`;
  if (ks[i] === 0) return `${text}.`;
  // What has a direction and does not move could only go further into black or white.
  const held = idle === null ? saturated[i] : PIXELS - moved[i] - idle;
  const reasons = [
    held ? `${held} ${idle === null ? "of the others " : ""}were black or white already` : "",
    idle ? `${idle} have no gradient` : "",
  ];
  return `${[text, reasons.filter(Boolean).join(", ")].filter(Boolean).join("; ")}.`;
}

/** Where the models break, and where they reach a target: what is marked on a scale of epsilon. */
export function marksOf(/** @type {Pick<Stage, "model" | "target" | "breaking_point" | "reached">[]} */ stages) {
  if (stages.length > 1)
    return stages.map(({ model, target, breaking_point: breaks, reached }) =>
      target === null ? { at: breaks, name: modelName(model) } : { at: reached, name: `${modelName(model)} → ${target}` });
  const [{ target, breaking_point: breaks, reached }] = stages;
  const marks = [{ at: breaks, name: "ε*" }];
  return target === null ? marks : [...marks, { at: reached, name: `→ ${target}` }];
}
