// @ts-check
// What the answers are computed with: the models, and the digit that is asked for
// (`fgsm/service/digits.py`).

import { KEYS } from "../catalogue.js";
import { toMnist } from "../drawing.js";
import { modelOf as made } from "../model.js";
import { asItIs } from "../picture.js";
import { argmax } from "../readings.js";
import { Refusal } from "../refusal.js";
import { modelsOf } from "./request.js";

/** @typedef {import("../model.js").Classifier} Classifier */

/**
 * What the engine computes with; the page loads it once.
 * @typedef {object} Data
 * @property {Record<string, { architecture: string, parameters: Record<string, Float32Array> }>} models
 *   the weights of each
 * @property {{ images: Uint8Array, labels: Uint8Array }} digits the built-in ones, `(1000 * 784,)` and
 *   `(1000,)`
 * @property {Record<string, Record<string, Uint8Array>>} surveys by model and attack: the prediction
 *   for each built-in digit at each epsilon, `(1000 * 101,)`
 * @property {Record<string, import("../../ui/contract").Control | null>} controls for each model, how
 *   many test digits FGSM fools, and random signs
 */

/** @type {Data} */
let data;
/** Each is made once. @type {Map<string, Classifier>} */
const models = new Map();

/** Tell the engine what to compute with, before anything is asked. */
export function provide(/** @type {Data} */ given) {
  data = given;
  models.clear();
}

/** What was provided. */
export const provided = () => data;

/** The model with that key. @returns {Classifier} */
export function modelOf(/** @type {string} */ key) {
  let model = models.get(key);
  if (!model) {
    const { architecture, parameters } = data.models[key];
    model = made(architecture, parameters);
    models.set(key, model);
  }
  return model;
}

/**
 * The bytes and labels of a data set, by its key in the catalogue.
 * @param {string} source
 */
export function dataSet(source) {
  if (source !== KEYS.BUILTIN) throw new Refusal("the test set is not in this page");
  return data.digits;
}

/**
 * The image and its label.
 *
 * A drawing or a picture has no true label: until someone names it, the prediction of the model shown
 * is its label, which is attacked in every model that is compared.
 * @param {import("./request.js").DigitRequest} request
 * @returns {{ image: Float32Array, label: number }}
 */
export function digitOf(request) {
  const { pixels, drawing } = request;
  const image = pixels ? asItIs(pixels) : drawing && toMnist(drawing);
  if (!image) {
    const { images, labels } = dataSet(request.source);
    const bytes = images.subarray(784 * request.index, 784 * (request.index + 1));
    return { image: asItIs(bytes), label: labels[request.index] };
  }
  return { image, label: request.label ?? argmax(modelOf(modelsOf(request)[0]).logits(image)) };
}
