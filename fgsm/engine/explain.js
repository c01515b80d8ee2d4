// @ts-check
// Why the attack works: `fgsm/explain.py`, for one digit.

import { randperm } from "./random.js";

/** @typedef {import("./random.js").Generator} Generator */

const { fround } = Math;

/**
 * `fgsm.explain.orthogonal_signs`: random signs r with s * r = 0, the given ones, half of them flipped.
 * @param {Float32Array} signs s
 * @param {Generator} generator
 */
export function orthogonalSigns(signs, generator) {
  const across = signs.slice();
  const pixels = [...signs.keys()].filter((i) => signs[i] !== 0);
  const order = Array.from(randperm(generator, pixels.length), (i) => pixels[i]);
  const half = Math.floor(order.length / 2);
  for (const i of order.slice(0, half)) across[i] *= -1;
  for (const i of order.slice(2 * half)) across[i] = 0;
  return across;
}

/**
 * `fgsm.explain.ray`: the direction of the straight line from the digit to the point (a, b) of its
 * church window.
 * @param {Float32Array} signs
 * @param {Float32Array} across
 * @param {number} a along the signs, in pixel units
 * @param {number} b across them; not both are 0
 */
export function ray(signs, across, a, b) {
  const [along, aside, epsilon] = [a, b, Math.abs(a) + Math.abs(b)].map(fround);
  return signs.map((sign, i) => fround(along * sign + aside * across[i]) / epsilon);
}
