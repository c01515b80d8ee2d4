// @ts-check
// The networks under attack: `fgsm/model.py`, for one image at a time.
//
// Weights and images are float32, as in PyTorch, but sums are doubles. So logits and gradients are
// closer to those of exact arithmetic than PyTorch's are, and agree with them up to its rounding.

import { Linear, PooledConvolution, relu, reluPullBack } from "./layers.js";

/** @typedef {Record<string, Float32Array>} Parameters of a `state_dict`, by their names there */

/**
 * What the built-in models have in common.
 * @typedef {object} Classifier
 * @property {(image: Float32Array) => Float64Array} logits scores `(10,)` of an image `(784,)`
 * @property {(image: Float32Array, weightsOf: Weigh) => Float64Array} pullBack the gradient `(784,)`
 *   with respect to the image of the sum of the ten logits, each times its weight
 */

/** @typedef {(logits: Float64Array) => ArrayLike<number>} Weigh from the logits to their weights */

/** `fgsm.model.LeNet`. @implements {Classifier} */
export class LeNet {
  #conv1;
  #conv2;
  #fc1;
  #fc2;
  #gradients;

  /** @param {Parameters} parameters */
  constructor(parameters) {
    this.#conv1 = new PooledConvolution(parameters["conv1.weight"], parameters["conv1.bias"], 28);
    this.#conv2 = new PooledConvolution(parameters["conv2.weight"], parameters["conv2.bias"], 12);
    this.#fc1 = new Linear(parameters["fc1.weight"], parameters["fc1.bias"]);
    this.#fc2 = new Linear(parameters["fc2.weight"], parameters["fc2.bias"]);
    this.#gradients = [this.#fc1, this.#conv2, this.#conv1].map(
      (layer) => new Float64Array(layer.output.length),
    );
  }

  /** @param {Float32Array} image */
  logits(image) {
    this.#conv1.largest(image);
    relu(this.#conv1.output);
    this.#conv2.largest(this.#conv1.output);
    return this.#scores();
  }

  /**
   * @param {Float32Array} image
   * @param {Weigh} weightsOf
   */
  pullBack(image, weightsOf) {
    this.#conv1.firstOfTheLargest(image);
    relu(this.#conv1.output);
    this.#conv2.firstOfTheLargest(this.#conv1.output);
    const weights = weightsOf(this.#scores());
    const [hidden, second, first] = this.#gradients;
    this.#fc2.pullBack(weights, hidden);
    reluPullBack(hidden, this.#fc1.output);
    this.#fc1.pullBack(hidden, second);
    reluPullBack(second, this.#conv2.output);
    this.#conv2.pullBack(second, first);
    reluPullBack(first, this.#conv1.output);
    const gradient = new Float64Array(image.length);
    this.#conv1.pullBack(first, gradient);
    return gradient;
  }

  /** What follows the convolutions. */
  #scores() {
    relu(this.#conv2.output);
    this.#fc1.apply(this.#conv2.output);
    relu(this.#fc1.output);
    this.#fc2.apply(this.#fc1.output);
    return this.#fc2.output.slice();
  }
}

/** `fgsm.model.SoftmaxRegression`. @implements {Classifier} */
export class SoftmaxRegression {
  #linear;
  /** `(10, 784)`. */
  weight;

  /** @param {Parameters} parameters */
  constructor(parameters) {
    this.weight = parameters["linear.weight"];
    this.#linear = new Linear(this.weight, parameters["linear.bias"]);
  }

  /** @param {Float32Array} image */
  logits(image) {
    this.#linear.apply(image);
    return this.#linear.output.slice();
  }

  /**
   * @param {Float32Array} image
   * @param {Weigh} weightsOf
   */
  pullBack(image, weightsOf) {
    const gradient = new Float64Array(image.length);
    this.#linear.pullBack(weightsOf(this.logits(image)), gradient);
    return gradient;
  }
}

/** @type {Record<string, new (parameters: Parameters) => Classifier>} */
const ARCHITECTURES = { LeNet, SoftmaxRegression };

/**
 * A model ready to be attacked.
 * @param {string} architecture the name of its class
 * @param {Parameters} parameters
 * @returns {Classifier}
 */
export const modelOf = (architecture, parameters) => new ARCHITECTURES[architecture](parameters);
