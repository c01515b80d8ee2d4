// @ts-check
// Ten pairs of bars: the confidence in each class, clean and adversarial.

import { create, find } from "../shared/dom.js";
import { CLASSES, percent } from "../shared/words.js";

/** @typedef {import("../contract").Stage} Stage */

export class Bars {
  /** @type {Pick<Stage, "label" | "probabilities" | "predictions"> | null} */
  #stage = null;

  constructor(/** @type {HTMLElement} */ figure) {
    this.figure = figure;
    this.columns = CLASSES.map((digit) => {
      const column = create("div", "column");
      const [value, pair] = [create("span", "value"), create("span", "pair")];
      const [clean, adversarial] = [create("i", "clean"), create("i", "adversarial")];
      pair.append(clean, adversarial, value);
      column.append(pair, create("b", "", String(digit)));
      return { column, value, clean, adversarial };
    });
    find(figure, ".columns").replaceChildren(...this.columns.map(({ column }) => column));
  }

  show(/** @type {Pick<Stage, "label" | "probabilities" | "predictions">} */ stage) {
    this.#stage = stage;
    this.columns.forEach(({ column, clean }, digit) => {
      column.classList.toggle("label", digit === stage.label);
      clean.style.transform = `scaleY(${stage.probabilities[0][digit]})`;
    });
  }

  paint(/** @type {number} */ k) {
    if (!this.#stage) return;
    const { probabilities, predictions } = this.#stage;
    this.columns.forEach(({ column, value, adversarial }, digit) => {
      const p = probabilities[k][digit];
      column.classList.toggle("predicted", digit === predictions[k]);
      adversarial.style.transform = `scaleY(${p})`;
      value.style.transform = `translateY(${-100 * p}%)`; // on top of its bar
      value.textContent = shortPercent(p);
    });
    this.figure.ariaLabel =
      `Confidence per class. Clean: ${top(probabilities[0])}. Adversarial: ${top(probabilities[k])}.`;
  }
}

/** Like `percent`, but shorter: what is not certain is never "100". */
export function shortPercent(/** @type {number} */ p) {
  return p > 0.995 ? ">99" : p < 0.005 ? "" : String(Math.round(100 * p));
}

/** The three most likely classes, in words. */
export function top(/** @type {number[]} */ probabilities) {
  return probabilities
    .map((p, digit) => ({ p, digit }))
    .sort((a, b) => b.p - a.p)
    .slice(0, 3)
    .map(({ p, digit }) => `${digit} ${percent(p)}`)
    .join(", ");
}
