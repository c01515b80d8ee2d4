// @ts-check
// What a model reads in an image under attack, at each of K epsilons: `fgsm/readings.py`.

/** @typedef {import("./model.js").Classifier} Classifier */

/**
 * `fgsm.attack.AttackFunction`: from a digit to its adversarial images, one for each epsilon.
 * @typedef {(model: Classifier, image: Float32Array, label: number, epsilons: number[]) => Float32Array[]} Attack
 */

/**
 * `fgsm.readings.Sweep` of one image, at K epsilons.
 * @typedef {object} Sweep
 * @property {number[]} epsilons increasing, the first one 0
 * @property {number} label the true class
 * @property {number[]} predictions
 * @property {Float32Array[]} adversarial the images that were read
 * @property {Float64Array[]} logProbs log-probabilities `(10,)` of each
 */

/**
 * Attack the image at each epsilon and read what the model makes of it.
 * @param {Classifier} model
 * @param {Float32Array} image
 * @param {number} label
 * @param {number[]} epsilons increasing, the first one 0
 * @param {Attack} attack
 * @returns {Sweep}
 */
export function sweep(model, image, label, epsilons, attack) {
  const adversarial = attack(model, image, label, epsilons);
  const logProbs = adversarial.map((each) => logProbsOf(model, each));
  return { epsilons, label, predictions: logProbs.map(argmax), adversarial, logProbs };
}

/**
 * `fgsm.readings.predict`: log-probabilities `(10,)`.
 * @param {Classifier} model
 * @param {Float32Array} image
 */
export function logProbsOf(model, image) {
  const logits = model.logits(image);
  const largest = Math.max(...logits);
  const sum = logits.reduce((before, logit) => before + Math.exp(logit - largest), 0);
  return logits.map((logit) => logit - largest - Math.log(sum));
}

/** The class with the largest value; of equal ones the first. */
export const argmax = (/** @type {Float64Array} */ values) => values.indexOf(Math.max(...values));

/** At which epsilons is the prediction another class than the label? */
export const wrong = (/** @type {Sweep} */ { predictions, label }) =>
  predictions.map((prediction) => prediction !== label);

/** At which epsilons is the image fooled: the clean one read correctly, and this one not? */
export function fooled(/** @type {Sweep} */ swept) {
  const [before, ...others] = wrong(swept);
  return [false, ...others.map((isWrong) => isWrong && !before)];
}
