// @ts-check
// The edge between the engine and the page: `fgsm/ui/wire.py`, where pictures need no packing.

import { nearest } from "../frames.js";

/** Decimals of the numbers of tensors, finer than any figure on the page. */
const MILLION = 1e6;

/**
 * An answer, or a part of one, as the page gets it.
 *
 * Arrays of floats are what Python's answers have as tensors: they reach the page rounded to a
 * millionth, lists unrounded. Pictures stay bytes.
 * @param {unknown} value
 * @returns {any}
 */
export function packed(value) {
  if (value instanceof Float64Array || value instanceof Float32Array) {
    return Array.from(value, (each) => nearest(each * MILLION) / MILLION);
  }
  if (Array.isArray(value)) return value.map(packed);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, packed(each)]));
}

/** What is answered to a request that is wrong: what is wrong with it, as a sentence. */
export const refused = (/** @type {import("../refusal.js").Refusal} */ { message }) => ({
  error: `${message[0].toUpperCase()}${message.slice(1)}.`,
});
