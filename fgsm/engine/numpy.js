// @ts-check
// What numpy does, number for number: the order in which it adds decides the last bit of a sum.

const { fround } = Math;
const BLOCK = 128;

/**
 * The sum of `values[from]` to `values[to - 1]` in float32, as `numpy.add.reduce` finds it: eight sums side by
 * side, of blocks that are then added in pairs.
 * @param {Float32Array} values
 */
export function sum(values, from = 0, to = values.length) {
  return addedUp(values, from, to, fround);
}

/** The same in doubles. @param {Float64Array} values */
export function sumOfDoubles(values) {
  return addedUp(values, 0, values.length, Number);
}

/**
 * @param {Float32Array | Float64Array} values
 * @param {number} from
 * @param {number} to
 * @param {(value: number) => number} rounded to the type that is added in
 * @returns {number}
 */
function addedUp(values, from, to, rounded) {
  const n = to - from;
  if (n > BLOCK) {
    const half = Math.floor(n / 2);
    const middle = from + half - (half % 8);
    return rounded(addedUp(values, from, middle, rounded) + addedUp(values, middle, to, rounded));
  }
  let total = 0;
  let i = from;
  if (n >= 8) {
    const sums = values.slice(from, from + 8);
    for (i += 8; i + 8 <= to; i += 8) for (let j = 0; j < 8; j++) sums[j] += values[i + j];
    const [a, b, c, d] = [0, 2, 4, 6].map((j) => rounded(sums[j] + sums[j + 1]));
    total = rounded(rounded(a + b) + rounded(c + d));
  }
  for (; i < to; i++) total = rounded(total + values[i]);
  return total;
}

/** `numpy.median` of float32 numbers; the mean of the two in the middle if their number is even. */
export function median(/** @type {Float32Array} */ values) {
  const sorted = values.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : fround(fround(sorted[half - 1] + sorted[half]) / 2);
}

/** `numpy.percentile(values, 75)` of float32 numbers: on a line between the two that are next to it. */
export function upperQuartile(/** @type {Float32Array} */ values) {
  const sorted = values.slice().sort();
  const place = 0.75 * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  const [part, step] = [place % 1, fround(high - low)];
  return part < 0.5 ? fround(low + fround(step * part)) : fround(high - fround(step * (1 - part)));
}
