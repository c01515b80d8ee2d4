// @ts-check
// Round numbers for an axis, and where a value lies on it.

/** Where a value lies between the first and the last tick: 0 to 1. */
export function share(/** @type {number} */ value, /** @type {number[]} */ ticks) {
  return (value - ticks[0]) / (ticks[ticks.length - 1] - ticks[0]);
}

/** About five round ticks that enclose the values; no tick is beyond `limit`. */
export function ticksAround(/** @type {number[]} */ values, limit = Infinity) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  // Values that hardly differ get an axis a thousandth long, so that it does not show rounding errors.
  const raw = Math.max(most - least, 1e-3 * Math.max(Math.abs(most), 1)) / 4;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * size).find((each) => each >= raw) ?? 10 * size;
  const ticks = [];
  const last = Math.min(Math.ceil(most / step), Math.floor(limit / step));
  const first = Math.min(Math.floor(least / step), last - 1); // an axis has two ends
  for (let i = first; i <= last; i++) ticks.push(Number((i * step).toPrecision(9)));
  return ticks;
}

/**
 * The range of measured values and a little more: predicted lines may leave the chart.
 * @param {number[]} values
 * @returns {[number, number]}
 */
export function around(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const more = 0.15 * (most - least);
  return [least - more, most + more];
}
