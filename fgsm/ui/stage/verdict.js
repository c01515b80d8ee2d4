// @ts-check
// What the stage says in words about one model's sweep.

import { LARGEST, an, epsilonText, indexOf } from "../shared/words.js";

/** @typedef {import("../contract").Stage} Stage */
/** @typedef {Pick<Stage, "label" | "predictions">} Read */
/** @typedef {Read & Pick<Stage, "breaking_point" | "right_again">} Swept */

/** Whether the clean digit is read as another class than its label. */
export const isMisread = (/** @type {Read} */ { label, predictions }) => predictions[0] !== label;

/**
 * The verdict at epsilon k: an icon's name and words.
 * @param {Read} stage
 * @param {number} k
 * @returns {["fooled" | "still" | "wrong", string]}
 */
export function verdictOf(stage, k) {
  const { label, predictions } = stage;
  const [before, now] = [predictions[0], predictions[k]];
  if (isMisread(stage)) {
    if (now === label) return ["still", `Put right:\n${before} → ${label}`];
    const changed = now === before ? "" : `, now ${now}`;
    return ["wrong", `Wrong before any attack: ${an(label)} read as ${before}${changed}`];
  }
  if (now === label) return ["still", `Still ${label}`];
  return ["fooled", `Fooled:\n${label} → ${now}`];
}

/** Where it breaks, and where it is read correctly again. */
export function breakingPointText(/** @type {Swept} */ stage) {
  const { breaking_point: breaks, right_again: right } = stage;
  const again = right === null ? null : epsilonText(indexOf(right));
  if (isMisread(stage)) return again === null ? "no attack was needed" : `put right at ε = ${again}`;
  if (breaks === null) return `never breaks up to ${LARGEST}`;
  const at = `breaks at ε* = ${epsilonText(indexOf(breaks))}`;
  return again === null ? at : `${at}, right again at ${again}`;
}
