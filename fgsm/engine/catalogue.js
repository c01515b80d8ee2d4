// @ts-check
// The attacks of `fgsm/catalogue.py` as functions, by their keys there.

import { catalogue } from "../ui/shared/catalogue.js";
import { gradientSign, iterativeFgsm, move, randomDirection } from "./attack.js";
import { orthogonalSigns, ray } from "./explain.js";

/** @typedef {import("./model.js").Classifier} Classifier */
/** @typedef {import("./random.js").Generator} Generator */

export const { keys: KEYS, epsilons: EPSILONS } = catalogue;
export const LARGEST_EPSILON = EPSILONS[EPSILONS.length - 1];

/**
 * `fgsm.catalogue.Aim`: what an attack may want to know besides the model, the image and its label.
 * @typedef {object} Aim
 * @property {Generator} generator for all random choices
 * @property {number | null} target the class to move towards, for the targeted attack
 * @property {[number, number]} ray where a ray goes: along the gradient's sign and across it, in
 *   pixel units
 */
/** @type {[number, number]} */
export const FIRST_RAY = [0.1, 0];

/** @typedef {(model: Classifier, image: Float32Array, label: number, aim: Aim) => Float32Array} Direction */

/** The direction of every epsilon, for the attacks that have one. @type {Record<string, Direction>} */
export const DIRECTIONS = {
  [KEYS.FGSM]: (model, image, label) => gradientSign(model, image, label),
  [KEYS.TARGETED]: (model, image, _, { target }) =>
    gradientSign(model, image, /** @type {number} */ (target), { targeted: true }),
  [KEYS.RANDOM]: (_model, _image, _label, { generator }) => randomDirection(generator),
  [KEYS.REVERSED]: (model, image, label) => gradientSign(model, image, label, { targeted: true }),
  [KEYS.RAY]: (model, image, label, aim) => {
    const signs = gradientSign(model, image, label);
    return ray(signs, orthogonalSigns(signs, aim.generator), ...aim.ray);
  },
};

/**
 * How the others move an image by an epsilon.
 * @type {Record<string, (model: Classifier, image: Float32Array, label: number, epsilon: number, aim: Aim) => Float32Array>}
 */
const STEPS = {
  [KEYS.ITERATIVE]: (model, image, label, epsilon) => iterativeFgsm(model, image, label, epsilon),
  [KEYS.PGD]: (model, image, label, epsilon, { generator }) =>
    iterativeFgsm(model, image, label, epsilon, { steps: 40, stepSize: 0.01, generator }),
};

/**
 * `fgsm.catalogue.Attack.aimed`: the attack as a function of model, image, label and epsilons.
 * @param {string} key
 * @param {Aim} aim
 * @returns {import("./readings.js").Attack}
 */
export const aimed = (key, aim) => (model, image, label, epsilons) =>
  key in DIRECTIONS
    ? along(DIRECTIONS[key](model, image, label, aim))(model, image, label, epsilons)
    : epsilons.map((epsilon) => STEPS[key](model, image, label, epsilon, aim));

/**
 * `fgsm.catalogue.along`: the attack that moves images along a direction already known.
 * @param {Float32Array} direction
 * @returns {import("./readings.js").Attack}
 */
export const along = (direction) => (_model, image, _label, epsilons) =>
  epsilons.map((epsilon) => move(image, direction, epsilon));
