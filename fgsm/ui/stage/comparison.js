// @ts-check
// The line below the slider: where each model breaks, under the same attack.

import { create } from "../shared/dom.js";
import { inTime, refusalOf } from "../shared/server.js";
import { KEYS, LARGEST, RANKED, epsilonText, indexOf } from "../shared/words.js";

/** @typedef {import("../contract").AttackRequest} AttackRequest */
/** @typedef {import("../contract").Comparison} Answer */
/** @typedef {import("../contract").Service} Service */

const PAUSE = 150; // milliseconds: it takes longer than the attack, and can wait until the person pauses

/** All models are compared, whichever is shown; only an unnamed drawing's label depends on that. */
export function comparisonKey(/** @type {AttackRequest} */ request) {
  const { model: _, twin: __, ...rest } = request;
  const isNamed = request.source !== KEYS.DRAWING || (request.label ?? null) !== null;
  return JSON.stringify(isNamed ? rest : request);
}

/** Where a model breaks, in words. */
export function pointText(/** @type {Answer} */ answer, /** @type {string} */ model) {
  const point = answer.breaking_points[model];
  const prediction = answer.predictions[model];
  if (prediction !== answer.label) return `${answer.named ? "misread as" : "reads"} ${prediction}`;
  return point === null ? `> ${LARGEST}` : epsilonText(indexOf(point));
}

export class Comparison {
  /** @type {{ key: string, answer: Answer } | null} */
  #last = null;
  #wanted = "";
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {HTMLElement} element
   * @param {Service["compare"]} compare
   * @param {(answer: Answer) => void} onAnswer
   */
  constructor(element, compare, onAnswer) {
    this.element = element;
    this.compare = compare;
    this.onAnswer = onAnswer;
  }

  /** The last answer, if it is about this request. */
  of(/** @type {AttackRequest} */ request) {
    return this.#last?.key === comparisonKey(request) ? this.#last.answer : null;
  }

  /**
   * Take an answer that came in another way.
   * @param {AttackRequest} request
   * @param {Answer} answer
   * @param {string[]} models those on the stage
   */
  take(request, answer, models) {
    this.#last = { key: comparisonKey(request), answer };
    this.show(answer, models);
  }

  /**
   * Compare the models once the person pauses.
   * @param {AttackRequest} request
   * @param {string[]} models those on the stage
   */
  soon(request, models) {
    clearTimeout(this.#timer);
    const key = (this.#wanted = comparisonKey(request));
    const known = this.of(request);
    if (known) return this.show(known, models);
    this.element.classList.add("is-stale");
    this.#timer = setTimeout(async () => {
      const answer = await inTime(this.compare(request)).catch(() => null);
      if (key !== this.#wanted) return;
      if (!answer || refusalOf(answer) !== null) return this.element.replaceChildren("No comparison: no answer.");
      this.take(request, /** @type {Answer} */ (answer), models);
    }, PAUSE);
  }

  /** @param {Answer} answer @param {string[]} models those on the stage */
  show(answer, models) {
    const parts = RANKED.map(({ key, title }) => {
      const part = create("span", "", `${title} `);
      part.append(create("b", "", pointText(answer, key)));
      part.classList.toggle("is-shown", models.includes(key));
      return part;
    });
    this.element.replaceChildren(create("span", "", "Breaks at ε* ="), ...parts);
    this.element.classList.remove("is-stale");
    this.onAnswer(answer);
  }
}
