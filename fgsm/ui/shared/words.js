// @ts-check
// How the whole page writes names and numbers.

import { catalogue } from "./catalogue.js";

/** @typedef {import("../contract").AttackEntry} AttackEntry */
/** @typedef {import("../contract").ModelEntry} ModelEntry */
/** @typedef {import("../contract").SourceEntry} SourceEntry */

export const KEYS = catalogue.keys;
/** The grid of epsilons, in pixel units; k is always an index of it. */
export const EPSILONS = catalogue.epsilons;
export const LAST = EPSILONS.length - 1;
export const LARGEST = EPSILONS[LAST];
export const STEP = LARGEST / LAST;
export const CLASSES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * The entry with that key.
 * @template {{ key: string }} T
 * @param {T[]} entries
 * @param {string} key
 * @returns {T}
 */
function entry(entries, key) {
  const found = entries.find((each) => each.key === key);
  if (!found) throw new Error(`nothing in the catalogue is called ${key}`);
  return found;
}

/** @param {string} key @returns {AttackEntry} */
export const attackOf = (key) => entry(catalogue.attacks, key);
/** @param {string} key @returns {ModelEntry} */
export const modelOf = (key) => entry(catalogue.models, key);
/** @param {string} key @returns {SourceEntry} */
export const sourceOf = (key) => entry(catalogue.sources, key);
/** Whether each digit of a source has a label of its own; if not, a person may say what it is. */
export const isLabelled = (/** @type {string} */ source) => !sourceOf(source).unnamed;
/** @param {string} key */
export const modelName = (key) => modelOf(key).title;
/** The models, the easiest to fool first. */
export const RANKED = [...catalogue.models].sort((a, b) => a.rank - b.rank);
/** @param {string} key of a model; returns its colour in CSS. */
export const modelColour = (key) => `var(--model-${key})`;

/** An attack's name inside a sentence: with a small letter, unless it begins with an abbreviation. */
export const inSentence = (/** @type {string} */ name) =>
  /^[A-Z][a-z]/.test(name) ? name[0].toLowerCase() + name.slice(1) : name;

/**
 * A number in pixel units, such as an epsilon, as the whole page writes it: with two decimals, or
 * more where it needs them.
 */
export const inDecimals = (/** @type {number} */ value) =>
  value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 20 }).replace("-", "−");
/** The epsilon at that index, written so. */
export const epsilonText = (/** @type {number} */ k) => inDecimals(EPSILONS[k]);
/** The index of the nearest epsilon of the grid. */
export const indexOf = (/** @type {number} */ epsilon) => Math.round(epsilon / STEP);

/** A digit with its article. */
export const an = (/** @type {number} */ digit) => (digit === 8 ? "an 8" : `a ${digit}`);

/** A whole number, with commas. */
export const count = (/** @type {number} */ n) => n.toLocaleString("en");

/** A probability for people: never "100 %" of what is not certain. */
export function percent(/** @type {number} */ p) {
  if (p > 0.9995) return "> 99.9 %";
  if (p < 0.0005) return "< 0.1 %";
  return `${(100 * p).toFixed(1)} %`;
}

/** What a digit is, or, if nobody has said what it is, what it is read as. */
export function called(/** @type {{ label: number, named: boolean }} */ { label, named }) {
  return named ? an(label) : `not named, and read as ${label}`;
}
