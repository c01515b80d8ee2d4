// @ts-check
// A sweep as pictures of eight bits per pixel, and how far its pixels moved: `fgsm/frames.py`.
//
// Where PyTorch rounds to float32, so do these functions, so that a frame is PyTorch's if its image
// is.

import { argmax, logProbsOf } from "./readings.js";

const PIXELS = 784;
const { fround } = Math;
/** Doubles of this size are whole numbers: adding it rounds. */
const WHOLE = 1.5 * 2 ** 52;

/** The nearest whole number, of two equally near ones the even one, as in PyTorch and NumPy. */
export const nearest = (/** @type {number} */ value) => value + WHOLE - WHOLE;

/** `fgsm.frames.eight_bit`: an image as an 8-bit file keeps it. */
export const eightBit = (/** @type {Float32Array} */ image) =>
  image.map((pixel) => nearest(fround(pixel * 255)) / 255);

/**
 * `fgsm.frames.image_frames`: 0 is black, 255 white.
 * @param {Float32Array[]} images
 * @returns {Uint8Array} `(K * 784,)`
 */
export const imageFrames = (images) => frames(images, (pixel) => nearest(fround(pixel * 255)));

/**
 * `fgsm.frames.change_frames`: 128 is none, 1 and 255 are the largest change shown.
 * @param {Float32Array[]} changes
 * @param {number} largest the change that gets the full colour, above 0
 * @returns {Uint8Array} `(K * 784,)`
 */
export function changeFrames(changes, largest) {
  const most = fround(largest);
  return frames(changes, (change) => {
    const scaled = Math.min(Math.max(fround(change / most), -1), 1);
    const root = fround(Math.sqrt(Math.abs(scaled)));
    return nearest(fround(128 + fround(127 * Math.sign(scaled) * root)));
  });
}

/**
 * @param {Float32Array[]} images
 * @param {(pixel: number) => number} byteOf
 */
function frames(images, byteOf) {
  const bytes = new Uint8Array(images.length * PIXELS);
  images.forEach((image, k) => {
    for (let i = 0; i < PIXELS; i++) bytes[k * PIXELS + i] = byteOf(image[i]);
  });
  return bytes;
}

/**
 * `fgsm.frames.Change` of one image, at K epsilons: how many pixels moved, how many of the others
 * were already black or white, the largest change of a pixel and the mean one, in pixel units.
 * @typedef {{ moved: number[], saturated: number[], largest: Float64Array, mean: Float64Array }} Change
 */

/**
 * `fgsm.frames.change_of`: compare an image with its adversarial images.
 * @param {Float32Array} image
 * @param {Float32Array[]} adversarial
 * @returns {Change}
 */
export function changeOf(image, adversarial) {
  const found = adversarial.map((each) => distanceOf(image, each));
  return {
    moved: found.map(({ moved }) => moved),
    saturated: found.map(({ saturated }) => saturated),
    largest: Float64Array.from(found, ({ largest }) => largest),
    mean: Float64Array.from(found, ({ mean }) => mean),
  };
}

/**
 * @param {Float32Array} image
 * @param {Float32Array} other
 */
function distanceOf(image, other) {
  let [moved, saturated, largest, sum] = [0, 0, 0, 0];
  for (let i = 0; i < PIXELS; i++) {
    const distance = Math.abs(fround(other[i] - image[i]));
    if (distance > 0) moved++;
    else if (image[i] === 0 || image[i] === 1) saturated++;
    largest = Math.max(largest, distance);
    sum += distance;
  }
  return { moved, saturated, largest, mean: sum / PIXELS };
}

/**
 * `fgsm.frames.survives_eight_bits`: does the model still say the same after an image is saved?
 * @param {import("./model.js").Classifier} model
 * @param {import("./readings.js").Sweep} swept
 * @returns {boolean[]} `(K,)`
 */
export const survivesEightBits = (model, { adversarial, predictions }) =>
  adversarial.map((image, k) => argmax(logProbsOf(model, eightBit(image))) === predictions[k]);
