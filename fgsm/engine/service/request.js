// @ts-check
// What may be asked: `fgsm/service/request.py`. A request that is not as it should be is refused with
// the sentence that Python has for it.

import { catalogue } from "../../ui/shared/catalogue.js";
import { KEYS } from "../catalogue.js";
import { Generator } from "../random.js";
import { Refusal } from "../refusal.js";
import * as fields from "./fields.js";
import { shown } from "./shown.js";

const DIGIT = {
  source: fields.sourceKey,
  index: fields.digitIndex,
  drawing: fields.drawing,
  pixels: fields.pixels,
  label: fields.labelOfUnnamed,
  model: fields.modelKey,
  twin: fields.flag,
};
const AIMED = {
  ...DIGIT,
  attack: fields.stageAttackKey,
  target: fields.classOrNone,
  ray: fields.ray,
};
const GRID = { model: fields.modelKey, seed: fields.seed };
/** What a missing field is, where that is not `null`. @type {Record<string, unknown>} */
const DEFAULTS = { twin: false, reach: catalogue.first_reach };

/** @typedef {ReturnType<typeof digitRequest>} DigitRequest */
/** @typedef {ReturnType<typeof windowRequest>} WindowRequest */
/** @typedef {ReturnType<typeof attackRequest>} AttackRequest */
/** @typedef {ReturnType<typeof compareRequest>} CompareRequest */
/** @typedef {AttackRequest | CompareRequest} AimedRequest */

export const digitRequest = (/** @type {unknown} */ data) => parsed(DIGIT, data);
export const windowRequest = (/** @type {unknown} */ data) =>
  parsed({ ...DIGIT, reach: fields.reach }, data);
export const attackRequest = (/** @type {unknown} */ data) =>
  parsed({ ...AIMED, ks: fields.epsilonIndexes }, data);
export const compareRequest = (/** @type {unknown} */ data) =>
  parsed({ ...AIMED, compared: fields.modelKeys }, data);
export const surveyRequest = (/** @type {unknown} */ data) =>
  parsed({ model: fields.modelKey }, data);
export const gridRequest = (/** @type {unknown} */ data) => parsed(GRID, data);
export const cellRequest = (/** @type {unknown} */ data) =>
  parsed(
    { ...GRID, k: fields.epsilonIndex, label: fields.classOrNone, prediction: fields.classOrNone },
    data,
  );

/**
 * `Request.parse`: check what came from outside, field by field; unknown fields are ignored.
 * @template {Record<string, fields.Check<unknown>>} Fields
 * @param {Fields} checks
 * @param {unknown} data
 * @returns {{ [name in keyof Fields]: ReturnType<Fields[name]> }}
 */
export function parsed(checks, data) {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new Refusal(`a request is an object, not ${shown(data)}`);
  }
  /** @type {Record<string, unknown>} */
  const known = {};
  for (const [name, check] of Object.entries(checks)) {
    const value = Reflect.get(data, name);
    known[name] = check(value === undefined ? (DEFAULTS[name] ?? null) : value, name, known);
  }
  return /** @type {any} */ (known);
}

/** The keys of the models on the stage: one, or the twins. @returns {string[]} */
export const modelsOf = (/** @type {DigitRequest} */ { twin, model }) =>
  twin ? catalogue.twins : [model];

/** Whether the digit's label is known; if not, it is what a model reads in the digit. */
export const isNamed = (/** @type {DigitRequest} */ { source, label }) =>
  ![KEYS.DRAWING, KEYS.IMAGE].includes(source) || label !== null;

/** A generator seeded with the digit's number, so that random choices can be repeated. */
export const generatorOf = (/** @type {DigitRequest} */ { index }) => new Generator(index);
