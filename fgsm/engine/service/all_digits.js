// @ts-check
// How often the attack works: surveys of every digit, and a run in this browser
// (`fgsm/service/all_digits.py`).

import { catalogue } from "../../ui/shared/catalogue.js";
import { gradientSign, move } from "../attack.js";
import { EPSILONS, KEYS } from "../catalogue.js";
import { evaluate } from "../evaluate.js";
import { imageFrames } from "../frames.js";
import { asItIs } from "../picture.js";
import { Generator } from "../random.js";
import { Refusal } from "../refusal.js";
import { breaking, confusion, examples, fooledAt, harderThan, misread, predictionOf } from "../survey.js";
import { dataSet, modelOf, provided } from "./digits.js";
import { cellRequest, gridRequest, surveyRequest } from "./request.js";
import { runRequest } from "./runs.js";

/** @typedef {import("../survey.js").Readings} Readings */
/** @typedef {import("../../ui/contract").Series} Series */

const SOURCE = KEYS.BUILTIN; // the larger of the data sets that are here
/** The indexes in the grid of the rows of the article's picture. */
const GRID = catalogue.article_epsilons.slice(1).map((epsilon) => EPSILONS.indexOf(epsilon));
const GRID_DIGITS = 5;
const CELL_DIGITS = 10;
const PART = 40; // milliseconds of a run between two steps
const DEVICE = "this device";

/**
 * How far a run is: the results so far, how many seconds they took, and what computes them.
 * @typedef {{ series: Series, seconds: number, device: string }} Step
 */

/**
 * Evaluate the digits that are here.
 * @param {unknown} data the contract's `FollowRequest`; a run needs its model, attack and epsilons
 * @returns {globalThis.Generator<Step, void>} a step after each part of some 40 ms; at first, one with
 *   the results of no digit at all
 */
export function* run(data) {
  const { model, attack, epsilons } = runRequest(data);
  const { labels } = dataSet(SOURCE);
  const images = Array.from(labels, (_, i) => imageOf(i));
  const start = performance.now();
  /** @param {import("../evaluate.js").Evaluation} found @returns {Step} */
  const step = ({ n, results }) => ({
    series: { model, attack, source: SOURCE, n, of: labels.length, results },
    seconds: (performance.now() - start) / 1000,
    device: DEVICE,
  });
  yield step({ n: 0, results: [] });
  let before = start;
  for (const found of evaluate(modelOf(model), images, labels, epsilons, attack)) {
    if (performance.now() - before < PART && found.n < labels.length) continue;
    yield step(found);
    before = performance.now();
  }
}

/**
 * All counts for one model, from its survey.
 * @param {unknown} data the contract's `SurveyRequest`
 * @returns {import("../../ui/contract").Counts}
 */
export function counts(data) {
  const { model } = surveyRequest(data);
  const readings = readingsOf(model);
  const found = breaking(readings);
  const shares = harderThan(readings);
  const misreadBefore = Array(10).fill(0);
  for (const i of misread(readings)) misreadBefore[readings.labels[i]]++;
  return {
    model,
    source: SOURCE,
    n: readings.labels.length,
    confusion: confusion(readings),
    breaking: found.counts,
    never: found.never,
    misread: found.misread,
    misread_before: misreadBefore,
    harder_than: shares.slice(0, -1),
    harder_than_never: shares[shares.length - 1],
  };
}

/**
 * Some fooled digits for each of the article's epsilons, chosen at random.
 * @param {unknown} data the contract's `GridRequest`
 */
export function grid(data) {
  const { model, seed } = gridRequest(data);
  const readings = readingsOf(model);
  const generator = new Generator(seed);
  const drawn = GRID.map((k) => ({ k, indexes: examples(readings, k, GRID_DIGITS, generator) }));
  return {
    source: SOURCE,
    columns: GRID_DIGITS,
    rows: drawn.map(({ k, indexes }) => ({
      k,
      fooled: fooledAt(readings, k).length,
      digits: fooledDigits(readings, k, indexes),
    })),
    frames: imageFrames(drawn.flatMap(({ k, indexes }) => indexes.map((i) => attacked(model, i, k)))),
  };
}

/**
 * Digits of one class that are read as another at one epsilon, chosen at random.
 * @param {unknown} data the contract's `CellRequest`
 */
export function cell(data) {
  const { model, seed, k, label, prediction } = cellRequest(data);
  const readings = readingsOf(model);
  const only = { label, prediction };
  const indexes = examples(readings, k, CELL_DIGITS, new Generator(seed), only);
  return {
    source: SOURCE,
    k,
    digits: fooledDigits(readings, k, indexes),
    frames: imageFrames(indexes.map((i) => attacked(model, i, k))),
  };
}

/** A digit's image. */
const imageOf = (/** @type {number} */ index) =>
  asItIs(dataSet(SOURCE).images.subarray(784 * index, 784 * (index + 1)));

/** A model's survey. @returns {Readings} */
function readingsOf(/** @type {string} */ key) {
  const survey = provided().surveys[key];
  if (!survey) {
    const title = catalogue.models.find((model) => model.key === key)?.title;
    throw new Refusal(`${title} has not been surveyed yet; run python -m fgsm.survey ${key}`);
  }
  return { labels: dataSet(SOURCE).labels, predictions: survey[KEYS.FGSM] };
}

/**
 * @param {Readings} readings
 * @param {number} k
 * @param {number[]} indexes
 */
const fooledDigits = (readings, k, indexes) =>
  indexes.map((index) => ({
    index,
    label: readings.labels[index],
    prediction: predictionOf(readings, index, k),
  }));

/**
 * The adversarial image of a digit, at the k-th epsilon.
 * @param {string} model
 * @param {number} index
 * @param {number} k
 */
function attacked(model, index, k) {
  const image = imageOf(index);
  return move(image, gradientSign(modelOf(model), image, dataSet(SOURCE).labels[index]), EPSILONS[k]);
}
