// @ts-check
// The Fast Gradient Sign Method and its relatives: `fgsm/attack.py`, for one image at a time.
//
// - `image`: `Float32Array(784)` in [0, 1].
// - `label`: the class to move away from, or towards if `targeted`.
// - `epsilon`: in pixel units, in [0, 1].
// - a direction: `Float32Array(784)`; of signs, it holds -1, 0 and 1.
//
// Where PyTorch rounds to float32, so do these functions. So an adversarial image is PyTorch's to
// the last bit if its direction is.

import { rand, randint2 } from "./random.js";

/** @typedef {import("./model.js").Classifier} Classifier */
/** @typedef {import("./random.js").Generator} Generator */

const PIXELS = 784;
const { fround } = Math;

/**
 * `fgsm.attack.loss_gradient`: of the log-odds against the label, with respect to the image.
 * @param {Classifier} model
 * @param {Float32Array} image
 * @param {number} label
 * @returns {Float64Array} `(784,)`
 */
export const lossGradient = (model, image, label) =>
  model.pullBack(image, (logits) => logOddsGradient(logits, label));

/**
 * The gradient of logsumexp(z[j != y]) - z[y] with respect to the logits z: the softmax of the others,
 * and -1 for the label. `fgsm.attack._batch_gradient` says why it is not that of cross-entropy.
 * @param {Float64Array} logits
 * @param {number} label
 */
function logOddsGradient(logits, label) {
  const others = logits.with(label, -Infinity);
  const largest = Math.max(...others);
  const odds = others.map((logit) => Math.exp(logit - largest));
  const sum = odds.reduce((before, each) => before + each);
  return odds.map((each) => each / sum).with(label, -1);
}

/**
 * `fgsm.attack.gradient_sign`: the direction of the attack, zero where the gradient is zero.
 * @param {Classifier} model
 * @param {Float32Array} image
 * @param {number} label
 * @param {{ targeted?: boolean }} [options]
 */
export function gradientSign(model, image, label, { targeted = false } = {}) {
  const factor = targeted ? -1 : 1;
  return Float32Array.from(lossGradient(model, image, label), (each) => factor * Math.sign(each));
}

/**
 * `fgsm.attack.move`: clip(x + epsilon * direction, 0, 1).
 * @param {Float32Array} image
 * @param {Float32Array} direction
 * @param {number} epsilon
 */
export function move(image, direction, epsilon) {
  const size = fround(epsilon);
  return image.map((pixel, i) => clamp(fround(pixel + fround(size * direction[i])), 0, 1));
}

/** `fgsm.attack.random_direction`: a fair coin for each pixel. */
export const randomDirection = (/** @type {Generator} */ generator) =>
  Float32Array.from(randint2(generator, PIXELS), (coin) => 2 * coin - 1);

/**
 * `fgsm.attack.iterative_fgsm`: several gradient-sign steps, each projected on the epsilon ball and on
 * [0, 1].
 *
 * The numbers of a random start are drawn epsilon by epsilon, in the order of PyTorch's.
 * @param {Classifier} model
 * @param {Float32Array} image
 * @param {number} label
 * @param {number} epsilon
 * @param {{ targeted?: boolean, steps?: number, stepSize?: number, generator?: Generator }} [options]
 *   as in Python
 */
export function iterativeFgsm(model, image, label, epsilon, options = {}) {
  const { targeted = false, steps = 10, stepSize, generator } = options;
  const radius = fround(epsilon);
  const size = fround(stepSize ?? fround(2.5 * radius) / steps);
  const lower = image.map((pixel) => Math.max(fround(pixel - radius), 0));
  const upper = image.map((pixel) => Math.min(fround(pixel + radius), 1));
  let current = image;
  if (generator) {
    const noise = rand(generator, PIXELS);
    current = image.map((pixel, i) => clamp(fround(pixel + fround(radius * (2 * noise[i] - 1))), 0, 1));
  }
  for (let step = 0; step < steps; step++) {
    const signs = gradientSign(model, current, label, { targeted });
    // The ball is a box, so clamping to its sides is the projection.
    current = current.map((pixel, i) => clamp(fround(pixel + size * signs[i]), lower[i], upper[i]));
  }
  return current;
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
