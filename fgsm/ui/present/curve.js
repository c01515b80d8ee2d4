// @ts-check
// The accuracy of every model against epsilon, as the cards have it, with the values at the epsilon
// that is shown.

import { LineChart } from "../shared/chart.js";
import { create, find } from "../shared/dom.js";
import { EPSILONS, LARGEST, attackOf, count, inDecimals, inSentence, modelColour, modelName, sourceOf } from "../shared/words.js";

/**
 * @typedef {object} Measured one model's accuracy under one attack
 * @property {string} model
 * @property {string} attack
 * @property {string} source of how many digits it was measured
 * @property {number} n
 * @property {[number, number][]} points epsilon and accuracy
 */

export class Curve {
  /** @type {Measured[]} The best first. */
  #curves;
  /** @type {HTMLElement[]} */
  #values;

  /**
   * @param {HTMLElement} element
   * @param {Measured[]} curves
   */
  constructor(element, curves) {
    this.element = element;
    this.chart = new LineChart(find(element, ".plotted"), { isRead: false });
    this.playhead = create("div", "playhead");
    this.chart.plot.append(this.playhead);
    this.#curves = [...curves].sort((one, other) => mean(other) - mean(one));
    this.#values = this.#curves.map(() => create("b"));
    find(element, ".values").append(create("p", "there"), ...this.#curves.map(({ model, attack }, i) => {
      const row = create("div", attackOf(attack).line);
      row.style.setProperty("--colour", modelColour(model));
      row.append(this.#values[i], create("span", "", `${modelName(model)}, ${inSentence(attackOf(attack).name)}`));
      return row;
    }));
    this.#draw();
  }

  #draw() {
    if (!this.#curves.length) return; // nothing is measured yet
    const [{ n, source }] = this.#curves;
    this.chart.show({
      label: `Of ${count(n)} ${sourceOf(source).title}, how many are read correctly, against epsilon.`,
      x: { title: "<i>ε</i>", ticks: [0, 0.1, 0.2, 0.3, 0.4, LARGEST], format: inDecimals },
      y: { title: `read correctly, of ${count(n)} ${sourceOf(source).title}`, ticks: [0, 0.5, 1], format: (part) => `${100 * part} %` },
      lines: this.#curves.map(({ model, attack, points }) => ({
        name: null,
        colour: modelColour(model),
        className: attackOf(attack).line,
        points,
      })),
    });
  }

  /** Show what was measured last up to epsilon k: the cards have fewer epsilons than the slider. */
  paint(/** @type {number} */ k) {
    if (!this.#curves.length) return;
    const i = this.#curves[0].points.findLastIndex(([epsilon]) => epsilon <= EPSILONS[k] + 1e-9);
    const [epsilon] = this.#curves[0].points[i];
    // The line stands where the figures are: between two of them, nothing was measured.
    this.playhead.style.left = `${this.chart.left(epsilon)}%`;
    find(this.element, ".there").textContent = `at ε = ${inDecimals(epsilon)}`;
    this.#curves.forEach(({ points }, n) => { this.#values[n].textContent = `${Math.round(100 * points[i][1])} %`; });
  }
}

const mean = (/** @type {Measured} */ { points }) => points.reduce((sum, [, accuracy]) => sum + accuracy, 0) / points.length;
