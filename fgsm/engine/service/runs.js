// @ts-check
// What a run is asked with: the epsilons as they are typed (`fgsm/service/fields.py`).

import { LARGEST_EPSILON } from "../catalogue.js";
import { Refusal } from "../refusal.js";
import { modelKey, runAttackKey } from "./fields.js";
import { parsed } from "./request.js";
import { inQuotes, shown } from "./shown.js";

const MOST_EPSILONS = 21;
const MOST_SHOWN = 60; // characters
/** A number as Python's `float` takes it. */
const NUMBER = /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/i;
const NO_NUMBER_BUT_FLOAT = /^[+-]?(inf(inity)?|nan)$/i;

export const runRequest = (/** @type {unknown} */ data) =>
  parsed({ model: modelKey, attack: runAttackKey, epsilons }, data);

/**
 * Numbers separated by spaces or commas: in increasing order, each once.
 * @type {import("./fields.js").Check<number[]>}
 */
export function epsilons(value) {
  const words = typeof value === "string" ? (value.match(/[^\s,;]+/g) ?? []) : [];
  if (!words.length) {
    const isText = typeof value === "string";
    const given = isText ? "no epsilons are given" : `epsilons are ${shown(value).slice(0, MOST_SHOWN)}`;
    throw new Refusal(`${given}; they must be numbers such as 0 0.10 0.20`);
  }
  if (words.length > MOST_EPSILONS) {
    throw new Refusal(`these are ${words.length} epsilons; there may be ${MOST_EPSILONS} at most`);
  }
  return [...new Set(words.map(epsilon))].sort((low, high) => low - high);
}

function epsilon(/** @type {string} */ word) {
  if (!NUMBER.test(word) && !NO_NUMBER_BUT_FLOAT.test(word)) {
    throw new Refusal(
      `${inQuotes(word).slice(0, MOST_SHOWN)} is not a number; epsilons are such as 0 0.10 0.20`,
    );
  }
  const value = Number(word.replaceAll("_", "")); // NaN for what is no number after all
  if (!(value >= 0 && value <= LARGEST_EPSILON)) {
    throw new Refusal(
      `epsilon ${word.slice(0, MOST_SHOWN)} is out of range; here it goes from 0 to ` +
        LARGEST_EPSILON.toFixed(2),
    );
  }
  return value;
}
