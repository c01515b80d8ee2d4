// @ts-check
// The line below the slider: where each model breaks, under the attack that is on the stage.

import { create } from "../shared/dom.js";
import { refusalOf, untilAnswered } from "../shared/waiting.js";
import { LARGEST, RANKED, attackOf, epsilonText, inDecimals, indexOf, isLabelled } from "../shared/words.js";

/** @typedef {import("../contract").AttackRequest} AttackRequest */
/** @typedef {import("../contract").Comparison} Comparison of all models, or of some */
/** @typedef {import("../contract").Service} Service */
/** @typedef {import("../contract").Stage} Stage */

const PAUSE = 150; // milliseconds: it takes longer than the attack, and can wait until the person pauses

/** All models are compared, whichever is shown; only an unnamed digit's label depends on that. */
export function comparisonKey(/** @type {AttackRequest} */ request) {
  const { model: _, twin: __, ...rest } = request;
  const isNamed = isLabelled(request.source) || (request.label ?? null) !== null;
  return JSON.stringify(isNamed ? rest : request);
}

/** What whole sweeps say of their own models, so that nobody has to compute it again. */
export function comparisonOf(
  /** @type {(Pick<Stage, "model" | "label" | "predictions" | "target" | "breaking_point" | "reached">)[]} */ stages,
  /** @type {boolean} */ named,
) {
  const of = (/** @type {(stage: typeof stages[number]) => any} */ value) =>
    Object.fromEntries(stages.map((stage) => [stage.model, value(stage)]));
  /** @type {Comparison} */
  const comparison = {
    label: stages[0].label,
    named,
    breaking_points: of(({ breaking_point: point }) => point),
    predictions: of(({ predictions }) => predictions[0]),
    targets: of(({ target }) => target),
    reached: of(({ reached }) => reached),
  };
  return comparison;
}

/** Two comparisons of the same digit under the same attack, as one. */
function joint(/** @type {Comparison} */ one, /** @type {Comparison} */ other) {
  return {
    ...one,
    breaking_points: { ...one.breaking_points, ...other.breaking_points },
    predictions: { ...one.predictions, ...other.predictions },
    targets: { ...one.targets, ...other.targets },
    reached: { ...one.reached, ...other.reached },
  };
}

/** Where a model breaks, or reaches its target, in words. */
export function pointText(/** @type {Comparison} */ answer, /** @type {string} */ model) {
  const { label, named, predictions, targets, breaking_points: breaks, reached } = answer;
  const [prediction, target] = [predictions[model], targets[model]];
  if (prediction === undefined) return "…";
  if (target !== null && target !== prediction) {
    const point = reached[model];
    return point === null ? `not by ${inDecimals(LARGEST)}` : epsilonText(indexOf(point));
  }
  if (prediction !== label) return named ? `already misread (${prediction})` : `reads ${prediction}`;
  const point = breaks[model];
  return point === null ? `holds up to ${inDecimals(LARGEST)}` : epsilonText(indexOf(point));
}

export class Compared {
  #key = "";
  /** @type {Comparison | null} of the models that are known */
  #known = null;
  /** @type {string[]} */
  #models = []; // those on the stage, which may change while the server computes
  /** @type {AttackRequest | null} */
  #wanted = null; // what the others are to be asked about
  #isHeld = false;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {HTMLElement} element
   * @param {Service["compare"]} compare
   * @param {() => void} onWhole called once all models are compared
   */
  constructor(element, compare, onWhole) {
    this.element = element;
    this.compare = compare;
    this.onWhole = onWhole;
  }

  get #missing() {
    return RANKED.map(({ key }) => key).filter((key) => this.#known?.predictions[key] === undefined);
  }

  /** The comparison of all models, if it is about this request. */
  of(/** @type {AttackRequest} */ request) {
    return this.#key === comparisonKey(request) && !this.#missing.length ? this.#known : null;
  }

  /**
   * Compare the models under what is on the stage: at once as far as it is known, and the others
   * when the person pauses.
   * @param {AttackRequest} request
   * @param {string[]} models those on the stage
   * @param {Comparison | null} known what the stage itself knows; null while it has only a part of the sweep
   */
  show(request, models, known) {
    const key = comparisonKey(request);
    if (key !== this.#key) this.#known = null;
    this.#key = key;
    this.#models = models;
    if (known) this.#known = this.#known ? joint(this.#known, known) : known;
    this.#paint(request);
    this.#wanted = known && this.#missing.length ? request : null;
    this.#askSoon();
  }

  /** While the stage asks for something else, nothing is asked here: it may soon be of no use. */
  hold(/** @type {boolean} */ isHeld) {
    this.#isHeld = isHeld;
    this.#askSoon();
  }

  #askSoon() {
    clearTimeout(this.#timer);
    const request = this.#wanted;
    if (request && !this.#isHeld) this.#timer = setTimeout(() => this.#ask(request), PAUSE);
  }

  async #ask(/** @type {AttackRequest} */ request) {
    this.#wanted = null;
    const key = this.#key;
    const wanted = { ...request, compared: this.#missing };
    const isWanted = () => key === this.#key;
    const answer = await untilAnswered(() => this.compare(wanted), { isWanted }).catch(() => null);
    if (key !== this.#key) return;
    if (!answer || refusalOf(answer) !== null) return this.element.replaceChildren("No comparison: no answer.");
    this.show(request, this.#models, /** @type {Comparison} */ (answer));
  }

  #paint(/** @type {AttackRequest} */ { attack, target }) {
    const { title, needs_target: needsTarget } = attackOf(attack);
    // In words that fit any title, of one attack or of many: "random signs" is a plural.
    const what = needsTarget ? `ε that reaches ${target ?? "the runner-up"}:` : `ε* under ${title}:`;
    const parts = RANKED.map(({ key, title: model }) => {
      const part = create("span", "", `${model}: `);
      part.append(create("b", "", this.#known ? pointText(this.#known, key) : "…"));
      part.classList.toggle("is-shown", this.#models.includes(key));
      return part;
    });
    this.element.replaceChildren(create("span", "", what), ...parts);
    this.element.classList.toggle("is-targeted", needsTarget);
    this.element.classList.toggle("is-partial", this.#missing.length > 0);
    if (!this.#missing.length) this.onWhole();
  }
}
