// @ts-check
// The accuracy of every model against epsilon, as the cards have it, with the values at the epsilon
// that is shown.

import { LineChart } from "../shared/chart.js";
import { create, find } from "../shared/dom.js";
import { EPSILONS, KEYS, LARGEST, LAST, attackOf, count, epsilonText, inDecimals, inSentence, modelColour, modelName, sourceOf } from "../shared/words.js";

/** @typedef {import("../contract").Series} Series */

export class Curve {
  /** @type {Series[]} */
  #series;
  /** @type {HTMLElement[]} */
  #values;

  /**
   * @param {HTMLElement} element
   * @param {Series[]} cards
   */
  constructor(element, cards) {
    this.element = element;
    this.chart = new LineChart(find(element, ".plotted"), { isRead: false });
    this.playhead = create("div", "playhead");
    this.chart.plot.append(this.playhead);
    // Every model under FGSM; and LeNet under the control, for it shows that size is not what counts.
    this.#series = cards
      .filter(({ model, attack }) => attack === KEYS.FGSM || (attack === KEYS.RANDOM && model === KEYS.LENET))
      .sort((one, other) => mean(other) - mean(one));
    this.#values = this.#series.map(() => create("b"));
    find(element, ".values").append(create("p", "at"), ...this.#series.map(({ model, attack }, i) => {
      const row = create("div", attackOf(attack).line);
      row.style.setProperty("--colour", modelColour(model));
      row.append(this.#values[i], create("span", "", `${modelName(model)}, ${inSentence(attackOf(attack).name)}`));
      return row;
    }));
  }

  show() {
    const [{ n, source }] = this.#series;
    this.chart.show({
      label: `Of ${count(n)} ${sourceOf(source).title}, how many are read correctly, against epsilon.`,
      x: { title: "<i>ε</i>", ticks: [0, 0.1, 0.2, 0.3, 0.4, LARGEST], format: inDecimals },
      y: { title: `read correctly, of ${count(n)} ${sourceOf(source).title}`, ticks: [0, 0.5, 1], format: (part) => `${100 * part} %` },
      lines: this.#series.map(({ model, attack, results }) => ({
        name: null,
        colour: modelColour(model),
        className: attackOf(attack).line,
        points: results.map(({ epsilon, accuracy }) => [epsilon, accuracy]),
      })),
    });
  }

  /** @param {number} k the index of epsilon @param {number} at the same, or a place between two */
  paint(k, at) {
    this.playhead.style.left = `${(100 * at) / LAST}%`;
    // What was measured last on the way: the cards have fewer epsilons than the slider.
    const measured = this.#series[0].results.findLast(({ epsilon }) => epsilon <= EPSILONS[k] + 1e-9);
    const epsilon = measured?.epsilon ?? 0;
    find(this.element, ".at").textContent = `at ε = ${epsilonText(Math.round((epsilon / LARGEST) * LAST))}`;
    this.#series.forEach(({ results }, i) => {
      const result = results.find((each) => each.epsilon === epsilon);
      this.#values[i].textContent = result ? `${Math.round(100 * result.accuracy)} %` : "";
    });
  }
}

/** @param {Series} series */
const mean = ({ results }) => results.reduce((sum, { accuracy }) => sum + accuracy, 0) / results.length;
