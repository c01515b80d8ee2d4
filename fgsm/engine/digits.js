// @ts-check
// The digits that ship with the package: `fgsm/digits.py`.

import { readPng } from "./png.js";

const [CLASSES, PER_CLASS, SIDE] = [10, 100, 28];

/**
 * `fgsm.digits.builtin_digits`: a row for each class, of 100 digits.
 * @param {Uint8Array<ArrayBuffer>} file what is in `digits.png`
 * @returns {Promise<{ images: Uint8Array, labels: Uint8Array }>} `(1000 * 784,)` bytes, and `(1000,)`
 * @throws {Error} it is damaged, or another picture
 */
export async function builtinDigits(file) {
  const { pixels, width, height } = await readPng(file);
  if (width !== PER_CLASS * SIDE || height !== CLASSES * SIDE) {
    throw new Error("this is not the picture of the built-in digits");
  }
  const labels = Uint8Array.from({ length: CLASSES * PER_CLASS }, (_, i) => Math.floor(i / PER_CLASS));
  const images = new Uint8Array(pixels.length);
  labels.forEach((label, i) => {
    for (let y = 0; y < SIDE; y++) {
      const start = (label * SIDE + y) * width + (i % PER_CLASS) * SIDE;
      images.set(pixels.subarray(start, start + SIDE), (i * SIDE + y) * SIDE);
    }
  });
  return { images, labels };
}
