// @ts-check
// The fields of requests, each with its check: `fgsm/service/fields.py` and `image_fields.py`.
//
// A check takes anything that JSON can hold, `null` for what is missing. It returns the value that
// the program will use, or throws a `Refusal` with the sentence that Python has for it.

import { catalogue } from "../../ui/shared/catalogue.js";
import { EPSILONS, KEYS, LARGEST_EPSILON } from "../catalogue.js";
import { Refusal } from "../refusal.js";
import { shown } from "./shown.js";

const LARGEST_DRAWING = 280;
const PIXELS = 784;
const MODELS = catalogue.models.map(({ key }) => key);
const SOURCES = Object.fromEntries(catalogue.sources.map((source) => [source.key, source]));

/**
 * @template T
 * @typedef {(value: unknown, name: string, known: Record<string, unknown>) => T} Check of a field, by
 *   its value, its name and the request's fields before it
 */

// ---- keys of the catalogue ----

/**
 * A check: the value must be one of the choices.
 * @param {string[]} choices
 * @returns {Check<string>}
 */
const oneOf = (choices) => (value, name) => {
  if (typeof value !== "string" || !choices.includes(value)) {
    throw new Refusal(`${name} is ${shown(value)}; it must be one of ${choices.join(", ")}`);
  }
  return value;
};

const attacksOffered = (/** @type {string} */ place) =>
  catalogue.attacks.filter(({ offered }) => offered.includes(place)).map(({ key }) => key);

export const sourceKey = oneOf(Object.keys(SOURCES));
export const modelKey = oneOf(MODELS);
export const stageAttackKey = oneOf(attacksOffered("stage"));
export const runAttackKey = oneOf(attacksOffered("runs"));

/** @type {Check<string[] | null>} */
export const modelKeys = (value, name, known) => {
  if (value === null) return null;
  if (!Array.isArray(value) || !value.length || value.length > MODELS.length) {
    throw new Refusal(
      `${name} is ${shown(value)}; it must be a list of one to ${MODELS.length} models`,
    );
  }
  return value.map((each) => modelKey(each, name, known));
};

// ---- numbers ----

/**
 * A check: a whole number from 0 to limit - 1.
 * @param {number} limit
 * @returns {Check<number>}
 */
const whole = (limit) => (value, name) => {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value >= limit) {
    throw new Refusal(
      `${name} is ${shown(value)}; it must be a whole number from 0 to ${limit - 1}`,
    );
  }
  return value;
};

/** @type {Check<number | null>} */
export const classOrNone = (value, name, known) =>
  value === null ? null : whole(10)(value, name, known);

/** What a person says a drawing or a picture is; a data set knows its labels better. @type {Check<number | null>} */
export const labelOfUnnamed = (value, name, known) => {
  const label = classOrNone(value, name, known);
  return isUnnamed(known.source) ? label : null;
};

export const epsilonIndex = whole(EPSILONS.length);
export const seed = whole(2 ** 32);

/** @type {Check<number[] | null>} */
export const epsilonIndexes = (value, name, known) => {
  if (value === null) return null;
  const places = Array.isArray(value) && value.length <= EPSILONS.length ? value : [];
  const ks = places.map((k) => epsilonIndex(k, name, known));
  if (ks[0] !== 0 || ks.some((k, i) => k <= ks[i - 1])) {
    throw new Refusal(
      `${name} is ${shown(value)}; it must be a list of whole numbers from 0 to ` +
        `${EPSILONS.length - 1}, increasing, the first one 0`,
    );
  }
  return ks;
};

/** 0 for a drawing or a picture. @type {Check<number>} */
export const digitIndex = (value, name, known) =>
  isUnnamed(known.source) ? 0 : whole(SOURCES[String(known.source)].size)(value, name, known);

const isUnnamed = (/** @type {unknown} */ source) => SOURCES[String(source)].unnamed !== "";

/** @type {Check<boolean>} */
export const flag = (value, name) => {
  if (typeof value !== "boolean") {
    throw new Refusal(`${name} is ${shown(value)}; it must be true or false`);
  }
  return value;
};

// ---- the church window, and a point of it ----

/** @type {Check<[number, number] | null>} */
export const ray = (value) => {
  if (value === null) return null;
  if (!Array.isArray(value) || value.length !== 2 || !isOnTheSlider(value)) {
    throw new Refusal(
      `ray is ${shown(value)}; it must be two numbers whose sizes add up to at most ${LARGEST_EPSILON}`,
    );
  }
  if (Math.abs(value[0]) + Math.abs(value[1]) < catalogue.shortest_ray) {
    throw new Refusal(
      `ray is ${shown(value)}, the digit itself; the sizes of the two must add up to at least ${catalogue.shortest_ray}`,
    );
  }
  return [value[0], value[1]];
};

function isOnTheSlider(/** @type {unknown[]} */ parts) {
  let epsilon = 0;
  for (const part of parts) {
    if (typeof part !== "number" || !(Math.abs(part) <= LARGEST_EPSILON)) return false;
    epsilon += Math.abs(part);
  }
  return epsilon <= LARGEST_EPSILON + 1e-9; // the sum is rounded
}

/** @type {Check<number>} */
export const reach = (value) => {
  if (typeof value !== "number" || !catalogue.reaches.includes(value)) {
    throw new Refusal(`reach is ${shown(value)}; it must be one of ${catalogue.reaches.join(", ")}`);
  }
  return value;
};

// ---- images ----

/**
 * White ink on black, square; null for other sources.
 * @type {Check<{ pixels: Uint8Array, width: number, height: number } | null>}
 */
export const drawing = (value, _name, known) => {
  if (known.source !== KEYS.DRAWING) return null;
  if (typeof value !== "string") {
    throw new Refusal(`drawing is ${shown(value)}; it must be its pixels in base64`);
  }
  if (value.length > 4 * (Math.floor(LARGEST_DRAWING ** 2 / 3) + 1)) {
    throw new Refusal(
      `drawing has ${value.length} characters; it must be at most ${LARGEST_DRAWING} pixels a side`,
    );
  }
  const bytes = decoded(value, KEYS.DRAWING, "its pixels");
  const side = Math.sqrt(bytes.length);
  if (side === 0 || !Number.isInteger(side)) {
    throw new Refusal(`drawing has ${bytes.length} pixels; it must be square`);
  }
  return { pixels: bytes, width: side, height: side };
};

/** 28 x 28 bytes, white ink on black; null for other sources. @type {Check<Uint8Array | null>} */
export const pixels = (value, _name, known) => {
  if (known.source !== KEYS.IMAGE) return null;
  if (typeof value !== "string") {
    throw new Refusal(`pixels are ${shown(value)}; they must be ${PIXELS} bytes in base64`);
  }
  if (value.length !== 4 * Math.ceil(PIXELS / 3)) {
    throw new Refusal(
      `pixels are ${value.length} characters; they must be ${PIXELS} bytes in base64`,
    );
  }
  const bytes = decoded(value, "pixels", `${PIXELS} bytes`);
  if (bytes.length !== PIXELS) {
    throw new Refusal(`pixels are ${bytes.length} bytes; they must be ${PIXELS}, row by row`);
  }
  return bytes;
};

/**
 * The bytes that are written in base64.
 * @param {string} value
 * @param {string} name
 * @param {string} what
 */
export function decoded(value, name, what) {
  // `atob` alone would also take white space, and less at the end.
  if (value.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
    throw new Refusal(`${name} is not base64; it must be ${what} in base64`);
  }
  return Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
}
