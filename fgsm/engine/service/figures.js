// @ts-check
// The pictures of "How it works", about the digit that is on the stage: `fgsm/service/figures.py`.
//
// `packed` makes what is returned the contract's answers, with pictures as bytes.

import { catalogue } from "../../ui/shared/catalogue.js";
import { lossGradient } from "../attack.js";
import { FIRST_RAY, KEYS } from "../catalogue.js";
import * as explain from "../explain.js";
import { changeFrames, imageFrames, nearest } from "../frames.js";
import { digitOf, modelOf, provided } from "./digits.js";
import { digitRequest, generatorOf, isNamed, modelsOf, windowRequest } from "./request.js";
import { stageOf } from "./stage.js";

const TWINS = catalogue.twins;
const LINEAR_EPSILONS = Array.from({ length: 81 }, (_, k) => (k - 40) / 80); // -0.5 … 0.5
/** Near the digit, and as far as the chart goes. */
const LINEAR_ENDS = [0.05, 0.5];
const DIMENSION_EPSILON = 0.1;
const DRAWS = 20;
const SIZES = Array.from({ length: 16 }, (_, k) => 49 * (k + 1));
/** Points per side of the church window. */
const WINDOW_SIZE = 41;
/** The smallest float32 number above 0 that is not rounded more than others. */
const TINY = 2 ** -126;

/** The digit moved along the gradient's sign, along random signs, and against the gradient. */
export function* directions(/** @type {unknown} */ data) {
  const request = digitRequest(data);
  const { image, label } = digitOf(request);
  const [key] = modelsOf(request);
  const stages = [];
  for (const attack of [KEYS.FGSM, KEYS.RANDOM, KEYS.REVERSED]) {
    const aim = { generator: generatorOf(request), target: null, ray: FIRST_RAY };
    stages.push(yield* stageOf(key, attack, aim, image, label));
  }
  return { named: isNamed(request), stages, control: provided().controls[key] };
}

/** Logits against epsilon and their first-order prediction, for softmax and for a LeNet. */
export function linearity(/** @type {unknown} */ data) {
  const request = digitRequest(data);
  const { image, label } = digitOf(request);
  const [shown] = modelsOf(request);
  const charts = [KEYS.SOFTMAX, shown === KEYS.SOFTMAX ? KEYS.LENET : shown].map((key) => {
    const found = explain.linearity(modelOf(key), image, label, LINEAR_EPSILONS);
    return {
      model: key,
      logits: found.logits.map(inThousandths),
      first_order: found.firstOrder.map(inThousandths),
      bends: LINEAR_ENDS.map((end) => explain.bend(found, end)),
    };
  });
  return { label, named: isNamed(request), epsilons: LINEAR_EPSILONS, ends: LINEAR_ENDS, charts };
}

/** Finer than a chart shows. */
const inThousandths = (/** @type {Float64Array} */ values) =>
  values.map((value) => nearest(value * 1000) / 1000);

/** What n pixels take from the linear model's margin, as measured and as expected. */
export function dimension(/** @type {unknown} */ data) {
  const request = digitRequest(data);
  const { image, label } = digitOf(request);
  const model = /** @type {import("../model.js").SoftmaxRegression} */ (modelOf(KEYS.SOFTMAX));
  const options = { generator: generatorOf(request), draws: DRAWS };
  const found = explain.dimension(model, image, label, DIMENSION_EPSILON, SIZES, options);
  return {
    label,
    named: isNamed(request),
    runner_up: found.runnerUp,
    epsilon: DIMENSION_EPSILON,
    margin: found.margin,
    slope: found.slope,
    enough: found.enough,
    draws: DRAWS,
    sizes: SIZES,
    mean: Float64Array.from(found.drops, (drops) => drops.reduce((sum, drop) => sum + drop) / DRAWS),
    least: Float64Array.from(found.drops, (drops) => Math.min(...drops)),
    most: Float64Array.from(found.drops, (drops) => Math.max(...drops)),
  };
}

/**
 * What LeNet and its robust twin read on the plane around the digit.
 *
 * For an unnamed drawing, each model's own prediction is the label, as on the stage.
 * @param {unknown} data the contract's `WindowRequest`
 * @returns {Generator<undefined, import("../../ui/contract").ChurchWindow>}
 */
export function* church_window(data) {
  const request = windowRequest(data);
  const planes = [];
  for (const model of TWINS) {
    const { image, label } = digitOf({ ...request, model, twin: false });
    const options = { generator: generatorOf(request), size: WINDOW_SIZE, reach: request.reach };
    const predictions = yield* explain.churchWindow(modelOf(model), image, label, options);
    planes.push({ model, label, rows: predictions.map((row) => row.join("")) });
  }
  return { named: isNamed(request), reach: request.reach, planes };
}

/** What saving leaves of small attacks, and how sure the model is before and after. */
export function eight_bits(/** @type {unknown} */ data) {
  const request = digitRequest(data);
  const { image, label } = digitOf(request);
  const [model] = modelsOf(request);
  const found = explain.eightBits(modelOf(model), image, label);
  return {
    model,
    label,
    named: isNamed(request),
    asked: found.epsilons.map((epsilon) => nearest(255 * epsilon * 1e6) / 1e6),
    left: found.levels,
    confidence: found.logProbs.map((row) => Math.exp(row[label])),
    saved_confidence: found.savedLogProbs.map((row) => Math.exp(row[label])),
  };
}

/** The loss gradient of both twins, each scaled to its largest value. */
export function defence(/** @type {unknown} */ data) {
  const { image, label } = digitOf(digitRequest(data));
  const gradients = TWINS.map((key) => Float32Array.from(lossGradient(modelOf(key), image, label)));
  const frames = gradients.map((each) => changeFrames([each], Math.max(TINY, ...each.map(Math.abs))));
  return {
    digit: imageFrames([image]),
    models: TWINS,
    frames: Uint8Array.from(frames.flatMap((frame) => [...frame])),
  };
}
