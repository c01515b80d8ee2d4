// @ts-check
// Accuracy under attack over a data set: `fgsm/evaluate.py`.

import { catalogue } from "../ui/shared/catalogue.js";
import { aimed, FIRST_RAY } from "./catalogue.js";
import { Generator } from "./random.js";
import { argmax, sweep } from "./readings.js";

/** @typedef {import("./model.js").Classifier} Classifier */
/** @typedef {import("../ui/contract").Result} Result */

/**
 * The results over the first `n` digits, one for each epsilon.
 * @typedef {{ n: number, results: Result[] }} Evaluation
 */

/**
 * `fgsm.evaluate.evaluate` of an attack without a target, its random choices seeded: attack digit by
 * digit, and say the results so far.
 *
 * It stops after each digit; also after each epsilon, where every epsilon takes gradients of its own.
 * @param {Classifier} model
 * @param {Float32Array[]} images
 * @param {ArrayLike<number>} labels the true classes
 * @param {number[]} epsilons in any order; the results come in the same order
 * @param {string} attack its key
 * @returns {globalThis.Generator<Evaluation, void>}
 */
export function* evaluate(model, images, labels, epsilons, attack) {
  // Epsilon 0 is always swept: it says which digits are wrong before any attack.
  const grid = [...new Set([0, ...epsilons])].sort((low, high) => low - high);
  const parts = takesGradients(attack) ? grid.map((epsilon) => [epsilon]) : [grid];
  const move = aimed(attack, { generator: new Generator(0), target: null, ray: FIRST_RAY });
  const tallies = grid.map(() => ({ correct: 0, wrong: 0, confidence: 0 }));
  /** @type {Evaluation} */
  let found = { n: 0, results: [] };
  for (const [i, image] of images.entries()) {
    const logProbs = [];
    for (const part of parts) {
      if (logProbs.length) yield found;
      logProbs.push(...sweep(model, image, labels[i], part, move).logProbs);
    }
    const isRightBefore = argmax(logProbs[0]) === labels[i];
    for (const [k, tally] of tallies.entries()) {
      const isRight = argmax(logProbs[k]) === labels[i];
      if (isRight && isRightBefore) tally.correct++;
      if (isRight) continue;
      tally.wrong++;
      tally.confidence += Math.exp(Math.max(...logProbs[k]));
    }
    const n = i + 1;
    found = { n, results: epsilons.map((epsilon) => resultOf(epsilon, tallies[grid.indexOf(epsilon)], n)) };
    yield found;
  }
}

const takesGradients = (/** @type {string} */ attack) =>
  catalogue.attacks.some(({ key, gradients }) => key === attack && gradients > 0);

/**
 * @param {number} epsilon
 * @param {{ correct: number, wrong: number, confidence: number }} tally of the digits read correctly
 *   both before and after the attack, of wrong predictions, and of the probabilities of these
 * @param {number} n
 * @returns {Result}
 */
const resultOf = (epsilon, { correct, wrong, confidence }, n) => ({
  epsilon,
  correct,
  accuracy: correct / n,
  mean_confidence_wrong: wrong ? confidence / wrong : null,
});
