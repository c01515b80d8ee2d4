// @ts-check
// A sweep in parts, where all of it would keep people waiting, as an attack does that takes its
// gradients anew for every epsilon: the epsilon shown comes first, the rest from coarse to fine.

import { EPSILONS, attackOf } from "../shared/words.js";

const PIXELS = 784;
// Over the grid. Each part is painted, which takes a slow device longer than reading some epsilons more.
const [STRIDES, SLOW_STRIDES] = [[10, 1], [10, 2, 1]];

/** @typedef {import("../contract").Stage} Stage */
/** @typedef {import("./panel.js").LoadedStage} LoadedStage */
/** @typedef {Pick<Stage, "ks" | "label" | "target" | "predictions">} Read */

/**
 * Which epsilons of the grid to ask for next.
 * @param {string} attack
 * @param {number[]} known those of the same sweep that are here already
 * @param {number} k the one shown
 * @returns {number[]}
 */
export function nextPart(attack, known, k) {
  const isStart = known.length === 0 || known.length === EPSILONS.length;
  const here = new Set(isStart ? [] : known);
  const missing = (/** @type {number} */ stride) =>
    EPSILONS.map((_, at) => at).filter((at) => !here.has(at) && (at % stride === 0 || (isStart && at === k)));
  const strides = attackOf(attack).gradients ? SLOW_STRIDES : STRIDES;
  const part = strides.map(missing).find(({ length }) => length) ?? [];
  return isStart ? part : [0, ...part];
}

/** Whether every epsilon of the grid is here. */
export const isWhole = (/** @type {Pick<Stage, "ks">} */ { ks }) => ks.length === EPSILONS.length;

/**
 * Which of the epsilons that are here is nearest to k; in a whole sweep, k itself.
 * @param {number[]} ks
 * @param {number} k
 */
export function nearest(ks, k) {
  if (ks.length === EPSILONS.length) return k;
  return ks.reduce((best, at, i) => (Math.abs(at - k) < Math.abs(ks[best] - k) ? i : best), 0);
}

/**
 * Two parts of one sweep as one.
 * @param {LoadedStage} before
 * @param {LoadedStage} more
 * @returns {LoadedStage}
 */
export function joined(before, more) {
  /** @type {Map<number, { part: LoadedStage, i: number }>} */
  const places = new Map();
  for (const part of [before, more]) part.ks.forEach((k, i) => places.set(k, { part, i }));
  const ks = [...places.keys()].sort((a, b) => a - b);
  const all = ks.map((k) => /** @type {{ part: LoadedStage, i: number }} */ (places.get(k)));
  /** @type {<Name extends "frames" | "changes">(name: Name) => Uint8Array} */
  const bytes = (name) => {
    const joint = new Uint8Array(PIXELS * all.length);
    all.forEach(({ part, i }, to) => joint.set(part[name].subarray(PIXELS * i, PIXELS * (i + 1)), PIXELS * to));
    return joint;
  };
  const predictions = all.map(({ part, i }) => part.predictions[i]);
  return {
    ...more,
    ks,
    predictions,
    probabilities: all.map(({ part, i }) => part.probabilities[i]),
    survives: all.map(({ part, i }) => part.survives[i]),
    moved: all.map(({ part, i }) => part.moved[i]),
    saturated: all.map(({ part, i }) => part.saturated[i]),
    largest: all.map(({ part, i }) => part.largest[i]),
    mean: all.map(({ part, i }) => part.mean[i]),
    frames: bytes("frames"),
    changes: bytes("changes"),
    ...points({ ks, predictions, label: more.label, target: more.target }),
  };
}

/** Where a sweep breaks, is right again and reaches its target: as fgsm/service/stage.py says it. */
export function points(/** @type {Read} */ { ks, label, target, predictions }) {
  const first = (/** @type {(now: number, i: number) => boolean} */ isSo) => {
    const i = predictions.findIndex(isSo);
    return i < 0 ? null : EPSILONS[ks[i]];
  };
  const firstWrong = predictions.findIndex((now) => now !== label);
  return {
    breaking_point: predictions[0] === label ? first((now) => now !== label) : null,
    right_again: firstWrong < 0 ? null : first((now, i) => i > firstWrong && now === label),
    reached: target === null ? null : first((now) => now === target),
  };
}
