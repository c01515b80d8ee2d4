// @ts-check
// What FGSM does to every digit of a data set at every epsilon of the page's grid: counts of a
// survey's predictions, as in `fgsm/survey.py`. The terms are those of `fgsm/readings.py`.

import { randperm } from "./random.js";

/** @typedef {import("./random.js").Generator} Generator */

/**
 * `fgsm.readings.Readings` of N digits at K epsilons, the first one 0.
 * @typedef {object} Readings
 * @property {Uint8Array} labels `(N,)`
 * @property {Uint8Array} predictions `(N * K,)`, digit by digit
 */

/** How many epsilons there are. */
const epsilonsOf = (/** @type {Readings} */ { labels, predictions }) =>
  predictions.length / labels.length;

/**
 * What the i-th digit is read as at the k-th epsilon.
 * @param {Readings} readings
 * @param {number} i
 * @param {number} k
 */
export const predictionOf = (readings, i, k) =>
  readings.predictions[i * epsilonsOf(readings) + k];

/** @param {Readings} readings @param {number} i */
const isRightBefore = (readings, i) => predictionOf(readings, i, 0) === readings.labels[i];

/**
 * Whether the clean digit is read correctly, and not at the k-th epsilon.
 * @param {Readings} readings
 * @param {number} i
 * @param {number} k
 */
const isFooled = (readings, i, k) =>
  isRightBefore(readings, i) && predictionOf(readings, i, k) !== readings.labels[i];

/**
 * `fgsm.readings.Readings.fooled`: which digits are, at the k-th epsilon.
 * @param {Readings} readings
 * @param {number} k
 * @returns {number[]} their indexes
 */
export const fooledAt = (readings, k) =>
  [...readings.labels.keys()].filter((i) => isFooled(readings, i, k));

/**
 * Which digits are misread before the attack.
 * @param {Readings} readings
 * @returns {number[]} their indexes
 */
export const misread = (readings) =>
  [...readings.labels.keys()].filter((i) => !isRightBefore(readings, i));

/**
 * `fgsm.readings.Readings.breaking_point`: the index of the smallest epsilon that fools each digit.
 * @param {Readings} readings
 * @returns {number[]} `(N,)`; infinity where none does
 */
export function breakingPoints(readings) {
  const ks = [...Array(epsilonsOf(readings)).keys()];
  return Array.from(readings.labels, (_, i) => ks.find((k) => isFooled(readings, i, k)) ?? Infinity);
}

/**
 * `fgsm.survey.confusion`: what digits are read as, of those that were read correctly before.
 * @param {Readings} readings
 * @returns {number[][][]} `(K, 10, 10)`: row = label, column = prediction
 */
export function confusion(readings) {
  const counts = Array.from({ length: epsilonsOf(readings) }, () =>
    Array.from({ length: 10 }, () => Array(10).fill(0)),
  );
  readings.labels.forEach((label, i) => {
    if (!isRightBefore(readings, i)) return;
    counts.forEach((cells, k) => cells[label][predictionOf(readings, i, k)]++);
  });
  return counts;
}

/**
 * `fgsm.survey.breaking_points`: how many digits break at each epsilon, never, or are misread before.
 * @param {Readings} readings
 */
export function breaking(readings) {
  const counts = Array(epsilonsOf(readings)).fill(0);
  for (const k of breakingPoints(readings)) if (k < counts.length) counts[k]++;
  const broken = counts.reduce((sum, count) => sum + count, 0);
  const before = misread(readings).length;
  return { counts, never: readings.labels.length - broken - before, misread: before };
}

/**
 * `fgsm.survey.harder_than`, for every epsilon: the share of digits that break at a smaller one.
 *
 * Only digits read correctly before the attack count: the others have no breaking point.
 * @param {Readings} readings
 * @returns {number[]} `(K + 1,)`, in [0, 1]; the last one is for digits that never break
 */
export function harderThan(readings) {
  const { counts, never } = breaking(readings);
  const shares = [0];
  let easier = 0;
  const all = counts.reduce((sum, count) => sum + count, never);
  for (const count of counts) shares.push((easier += count) / all);
  return shares;
}

/**
 * `fgsm.survey.examples`: digits that are fooled at the k-th epsilon, chosen at random, none twice.
 * @param {Readings} readings
 * @param {number} k
 * @param {number} count how many; there may be fewer
 * @param {Generator} generator
 * @param {{ label?: number | null, prediction?: number | null }} [only] digits of this class, read as
 *   that one
 * @returns {number[]} their indexes
 */
export function examples(readings, k, count, generator, { label = null, prediction = null } = {}) {
  const indexes = fooledAt(readings, k).filter(
    (i) =>
      (label === null || readings.labels[i] === label) &&
      (prediction === null || predictionOf(readings, i, k) === prediction),
  );
  return Array.from(randperm(generator, indexes.length).subarray(0, count), (i) => indexes[i]);
}
