// @ts-check
// Why the attack works: `fgsm/explain.py`, for one digit.

import { gradientSign, move } from "./attack.js";
import { eightBit, imageFrames } from "./frames.js";
import { randperm } from "./random.js";
import { argmax, logProbsOf } from "./readings.js";

/** @typedef {import("./model.js").Classifier} Classifier */
/** @typedef {import("./model.js").SoftmaxRegression} SoftmaxRegression */
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

/** 0 to 8/255, in fifths of a grey level: none is halfway between two levels. */
const FIFTHS_OF_LEVELS = Array.from({ length: 41 }, (_, k) => k / 5 / 255);
const CLASSES = [...Array(10).keys()];

/**
 * `fgsm.explain.Linearity`: the logits of one digit along the direction of the attack, at K epsilons.
 * @typedef {object} Linearity
 * @property {number[]} epsilons
 * @property {Float64Array[]} logits `(K, 10)`, as the model gives them
 * @property {Float64Array[]} firstOrder `(K, 10)`, as the gradient at the digit predicts them
 */

/**
 * `fgsm.explain.linearity`: logits of x + epsilon * sign(grad_x J), not clipped to [0, 1], and
 * z(x) + epsilon * <grad_x z, sign(grad_x J)>.
 * @param {Classifier} model
 * @param {Float32Array} image
 * @param {number} label
 * @param {number[]} epsilons in [-1, 1]; those below 0 go down the loss
 * @returns {Linearity}
 */
export function linearity(model, image, label, epsilons) {
  const direction = gradientSign(model, image, label);
  const steps = epsilons.map(fround);
  const clean = model.logits(image);
  const slopes = CLASSES.map((j) => {
    const gradient = model.pullBack(image, (logits) => logits.map((_, i) => Number(i === j)));
    return gradient.reduce((slope, each, i) => slope + each * direction[i], 0);
  });
  return {
    epsilons,
    logits: steps.map((step) => model.logits(image.map((pixel, i) => pixel + step * direction[i]))),
    firstOrder: steps.map((step) => clean.map((logit, j) => logit + step * slopes[j])),
  };
}

/**
 * `fgsm.explain.bend`: how far each logit strays from its straight line on the way from the digit to
 * epsilon, as a part of the furthest that either of them moves.
 * @param {Linearity} found at epsilons among which 0 is
 * @param {number} epsilon where the way ends, above 0
 * @returns {Float64Array} `(10,)`, in [0, 2]; 0 for a logit that does not move, nor was to
 */
export function bend({ epsilons, logits, firstOrder }, epsilon) {
  const start = firstOrder[epsilons.indexOf(0)];
  return start.map((origin, j) => {
    let [furthest, apart] = [0, 0];
    for (const [k, each] of epsilons.entries()) {
      if (each < 0 || each > epsilon) continue;
      const [logit, line] = [logits[k][j] - origin, firstOrder[k][j] - origin];
      furthest = Math.max(furthest, Math.abs(logit), Math.abs(line));
      apart = Math.max(apart, Math.abs(logit - line));
    }
    return furthest > 0 ? apart / furthest : 0;
  });
}

/**
 * `fgsm.explain.dimension`: how far a linear model's margin falls when only n of the pixels move.
 * @param {SoftmaxRegression} model
 * @param {Float32Array} image
 * @param {number} label
 * @param {number} epsilon in [0, 1]
 * @param {number[]} sizes numbers n of pixels, each 1 to 784
 * @param {{ generator: Generator, draws: number }} options each draw ranks the pixels at random; those
 *   of the first n ranks are moved
 * @returns `enough` is null if all pixels do not use up the margin on average; `drops` holds for each
 *   size what n pixels took from it, for each draw
 */
export function dimension(model, image, label, epsilon, sizes, { generator, draws }) {
  const logits = model.logits(image);
  const runnerUp = argmax(logits.with(label, -Infinity));
  const weights = rowOf(model, label).map((weight, i) => weight - rowOf(model, runnerUp)[i]);
  const margin = logits[label] - logits[runnerUp];
  const slope = (epsilon * weights.reduce((sum, weight) => sum + Math.abs(weight), 0)) / weights.length;
  // What each pixel takes: images are rounded to float32, as in PyTorch.
  const step = fround(epsilon);
  const moved = image.map((pixel, i) => pixel - step * Math.sign(weights[i]));
  const shares = Float64Array.from(image, (pixel, i) => (pixel - moved[i]) * weights[i]);
  const takenByDraw = Array.from({ length: draws }, () => {
    const taken = new Float64Array(image.length); // by the pixel of each rank
    randperm(generator, image.length).forEach((rank, pixel) => (taken[rank] = shares[pixel]));
    let sum = 0;
    return taken.map((share) => (sum += share));
  });
  const enough = slope > 0 ? Math.max(Math.ceil(margin / slope), 0) : Infinity;
  return {
    margin,
    runnerUp,
    slope,
    enough: enough <= image.length ? enough : null,
    sizes,
    drops: sizes.map((n) => takenByDraw.map((taken) => taken[n - 1])),
  };
}

/** The weights of a class. @param {SoftmaxRegression} model @param {number} j */
const rowOf = ({ weight }, j) => weight.subarray(784 * j, 784 * (j + 1));

/**
 * `fgsm.explain.church_window`: read clip(x + a * s + b * r, 0, 1), where s is the attack's direction
 * and r a random one. It stops after each row.
 * @param {Classifier} model
 * @param {Float32Array} image
 * @param {number} label
 * @param {{ generator: Generator, size: number, reach: number }} options the number of points per side
 *   is odd, so that the digit is one of them; the largest a and b is above 0 and at most 1
 * @returns {globalThis.Generator<undefined, number[][]>} predictions `(size, size)`: the top row has
 *   b = reach, the left column a = -reach
 */
export function* churchWindow(model, image, label, { generator, size, reach }) {
  const signs = gradientSign(model, image, label);
  const across = orthogonalSigns(signs, generator);
  const half = (size - 1) / 2;
  const offsets = Array.from({ length: size }, (_, k) => fround((reach * (k - half)) / half));
  const predictions = [];
  for (const b of offsets.toReversed()) {
    predictions.push(offsets.map((a) => argmax(model.logits(atPoint(image, signs, across, a, b)))));
    yield;
  }
  return predictions;
}

/**
 * The image at a point of the plane.
 * @param {Float32Array} image
 * @param {Float32Array} signs
 * @param {Float32Array} across
 * @param {number} a
 * @param {number} b
 */
const atPoint = (image, signs, across, a, b) =>
  image.map((pixel, i) => Math.min(Math.max(fround(pixel + a * signs[i]) + b * across[i], 0), 1));

/**
 * `fgsm.explain.eight_bits`: attack with FGSM, save the image as a file does, and read it again.
 * @param {Classifier} model
 * @param {Float32Array} image
 * @param {number} label
 * @returns for each epsilon the largest change of a pixel after saving, in grey levels of 1/255, and the
 *   log-probabilities before and after
 */
export function eightBits(model, image, label) {
  const direction = gradientSign(model, image, label);
  const adversarial = FIFTHS_OF_LEVELS.map((epsilon) => move(image, direction, epsilon));
  const clean = imageFrames([image]);
  return {
    epsilons: FIFTHS_OF_LEVELS,
    levels: adversarial.map((each) =>
      imageFrames([each]).reduce((most, level, i) => Math.max(most, Math.abs(level - clean[i])), 0),
    ),
    logProbs: adversarial.map((each) => logProbsOf(model, each)),
    savedLogProbs: adversarial.map((each) => logProbsOf(model, eightBit(each))),
  };
}
