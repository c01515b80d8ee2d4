// @ts-check
// One digit under attack, at every epsilon of the grid: `fgsm/service/stage.py`.

import { catalogue } from "../../ui/shared/catalogue.js";
import { aimed, along, DIRECTIONS, EPSILONS, FIRST_RAY, LARGEST_EPSILON } from "../catalogue.js";
import { changeFrames, changeOf, imageFrames, survivesEightBits } from "../frames.js";
import { argmax, fooled, logProbsOf, sweep, wrong } from "../readings.js";
import { Refusal } from "../refusal.js";
import { digitOf, modelOf } from "./digits.js";
import { attackRequest, compareRequest, generatorOf, isNamed, modelsOf } from "./request.js";

/** @typedef {import("../catalogue.js").Aim} Aim */
/** @typedef {import("../model.js").Classifier} Classifier */
/** @typedef {import("../readings.js").Sweep} Sweep */
/** @typedef {import("./request.js").AimedRequest} AimedRequest */

const TARGETED = catalogue.attacks.filter(({ needs_target }) => needs_target).map(({ key }) => key);
const ALL = [...EPSILONS.keys()];
/** How many epsilons are read before others may have their turn. */
const PART = 4;

/**
 * Attack the digit with the chosen model, or with both twins.
 *
 * `packed` makes what is returned the contract's `Attacked`, with pictures as bytes.
 * @param {unknown} data the contract's `AttackRequest`
 */
export function* attack(data) {
  const request = attackRequest(data);
  const { image, label } = digitOf(request);
  const digit = {
    source: request.source,
    frame: imageFrames([image]),
    label,
    named: isNamed(request),
  };
  const stages = [];
  for (const key of modelsOf(request)) {
    const aim = aimOf(request, modelOf(key), image, label);
    stages.push(yield* stageOf(key, request.attack, aim, image, label, request.ks ?? ALL));
  }
  return { digit, stages };
}

/**
 * The breaking point of the digit in each of the models, under the same attack.
 *
 * Also what each model reads in the clean digit, which explains why some have no breaking point.
 * @param {unknown} data the contract's `CompareRequest`
 * @returns {Generator<undefined, import("../../ui/contract").Comparison>}
 */
export function* compare(data) {
  const request = compareRequest(data);
  const { image, label } = digitOf(request);
  const keys = request.compared ?? catalogue.models.map(({ key }) => key);
  const aims = keys.map((key) => aimOf(request, modelOf(key), image, label));
  /** @type {Sweep[]} */
  const sweeps = [];
  for (const [i, key] of keys.entries()) {
    const direction = directionOf(key, request.attack, aims[i], image, label);
    const images = direction ? along(direction) : aimed(request.attack, aims[i]);
    sweeps.push(yield* sweepInParts(modelOf(key), image, label, EPSILONS, images));
  }
  /** @template T @param {(swept: Sweep, aim: Aim) => T} what @returns {Record<string, T>} */
  const ofEach = (what) => Object.fromEntries(keys.map((key, i) => [key, what(sweeps[i], aims[i])]));
  return {
    label,
    named: isNamed(request),
    breaking_points: ofEach(breakingPointOf),
    predictions: ofEach(({ predictions }) => predictions[0]),
    targets: ofEach((_, { target }) => target),
    reached: ofEach((swept, { target }) => reachedOf(swept, target)),
  };
}

/**
 * One model's sweep of one digit.
 * @param {string} key the model's
 * @param {string} name the attack's key
 * @param {Aim} aim
 * @param {Float32Array} image
 * @param {number} label
 * @param {number[]} ks which epsilons of the grid; increasing, the first one 0
 */
export function* stageOf(key, name, aim, image, label, ks = ALL) {
  const model = modelOf(key);
  // Computed once, because it is shown too.
  const direction = directionOf(key, name, aim, image, label);
  const images = direction ? along(direction) : aimed(name, aim);
  const swept = yield* sweepInParts(model, image, label, ks.map((k) => EPSILONS[k]), images);
  const changes = swept.adversarial.map((each) => each.map((pixel, i) => pixel - image[i]));
  return {
    model: key,
    attack: name,
    label,
    target: aim.target,
    ks,
    direction: direction ? changeFrames([direction], 1) : null,
    frames: imageFrames(swept.adversarial),
    changes: changeFrames(changes, LARGEST_EPSILON),
    probabilities: swept.logProbs.map((row) => row.map(Math.exp)),
    predictions: swept.predictions,
    survives: survivesEightBits(model, swept),
    idle: direction ? direction.filter((each) => each === 0).length : null,
    ...changeOf(image, swept.adversarial),
    breaking_point: breakingPointOf(swept),
    right_again: rightAgain(swept),
    reached: reachedOf(swept, aim.target),
  };
}

/**
 * The one direction of all epsilons; none where each has its own.
 * @param {string} key the model's
 * @param {string} name the attack's key
 * @param {Aim} aim
 * @param {Float32Array} image
 * @param {number} label
 */
const directionOf = (key, name, aim, image, label) =>
  DIRECTIONS[name]?.(modelOf(key), image, label, aim);

/**
 * A sweep that gives way after each few epsilons.
 * @param {Classifier} model
 * @param {Float32Array} image
 * @param {number} label
 * @param {number[]} epsilons
 * @param {import("../readings.js").Attack} attack
 * @returns {globalThis.Generator<undefined, Sweep>}
 */
function* sweepInParts(model, image, label, epsilons, attack) {
  /** @type {Sweep} */
  const swept = { epsilons, label, predictions: [], adversarial: [], logProbs: [] };
  for (let from = 0; from < epsilons.length; from += PART) {
    const part = sweep(model, image, label, epsilons.slice(from, from + PART), attack);
    swept.predictions.push(...part.predictions);
    swept.adversarial.push(...part.adversarial);
    swept.logProbs.push(...part.logProbs);
    yield;
  }
  return swept;
}

/**
 * @param {AimedRequest} request
 * @param {Classifier} model
 * @param {Float32Array} image
 * @param {number} label
 * @returns {Aim}
 */
const aimOf = (request, model, image, label) => ({
  generator: generatorOf(request),
  target: TARGETED.includes(request.attack)
    ? targetOf(request.target, isNamed(request), model, image, label)
    : null,
  ray: request.ray ?? FIRST_RAY,
});

/**
 * `fgsm.service.stage.targets_of`: the wanted class, or the most likely one that is neither label nor
 * prediction.
 *
 * The label of an unnamed drawing changes while it is drawn. If it becomes the wanted class, the most
 * likely other class stands in, so that drawing can go on.
 * @param {number | null} target
 * @param {boolean} named
 * @param {Classifier} model
 * @param {Float32Array} image
 * @param {number} label
 */
export function targetOf(target, named, model, image, label) {
  if (target !== null && target !== label) return target;
  if (target === label && named) {
    throw new Refusal(`the digit's own class is ${target}; choose another target`);
  }
  const logProbs = logProbsOf(model, image);
  const prediction = argmax(logProbs);
  return argmax(logProbs.with(label, -Infinity).with(prediction, -Infinity));
}

/** The smallest epsilon that fools. */
export const breakingPointOf = (/** @type {Sweep} */ swept) => firstWhere(fooled(swept), swept);

/** The first epsilon after a misreading at which the image is read correctly. */
function rightAgain(/** @type {Sweep} */ swept) {
  const isWrong = wrong(swept);
  return firstWhere(isWrong.map((now, i) => !now && isWrong.slice(0, i).includes(true)), swept);
}

/**
 * The first epsilon at which the image is read as the target.
 * @param {Sweep} swept
 * @param {number | null} target
 */
export const reachedOf = (swept, target) =>
  firstWhere(swept.predictions.map((now) => now === target), swept);

/**
 * @param {boolean[]} isSo at each epsilon
 * @param {Sweep} swept
 */
const firstWhere = (isSo, { epsilons }) => epsilons[isSo.indexOf(true)] ?? null;
