// @ts-check
// Which digits turn into which: a table of counts at one epsilon, and examples of a cell.

import { create, find } from "../shared/dom.js";
import { CLASSES, LAST, epsilonText } from "../shared/words.js";
import { tilesOf } from "./tiles.js";

/** @typedef {import("../contract").Cell} Cell */
/** @typedef {import("../contract").CellRequest} CellRequest */
/** @typedef {import("../contract").Counts} Counts */

const FIRST = 30; // the epsilon shown first, 0.15
const REST = 100; // milliseconds until the slider counts as resting

export class Confusion {
  /** @type {Counts | null} */
  #counts = null;
  #k = FIRST;
  /** @type {HTMLButtonElement | null} */
  #chosen = null;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {HTMLElement} element
   * @param {(request: Omit<CellRequest, "seed">) => Promise<Cell | null>} ask
   */
  constructor(element, ask) {
    this.element = element;
    this.ask = ask;
    this.examples = find(element, ".cell");
    const head = create("tr");
    head.append(create("td"), ...CLASSES.map((digit) => header("col", digit)));
    find(element, "thead").replaceChildren(head);
    /** @type {{ label: number, prediction: number, button: HTMLButtonElement }[]} */
    this.cells = [];
    find(element, "tbody").replaceChildren(...CLASSES.map((label) => this.#row(label)));
    const range = find(element, ".epsilon input", HTMLInputElement);
    range.max = String(LAST);
    range.value = String(FIRST);
    range.addEventListener("input", () => {
      this.#k = range.valueAsNumber;
      this.#show();
    });
  }

  #row(/** @type {number} */ label) {
    const row = create("tr");
    row.append(header("row", label), ...CLASSES.map((prediction) => {
      const [cell, button] = [create("td"), create("button")];
      button.type = "button";
      button.dataset.label = String(label);
      button.dataset.prediction = String(prediction);
      button.onclick = () => {
        this.#chosen = button === this.#chosen ? null : button;
        this.#showExamples();
      };
      cell.append(button);
      this.cells.push({ label, prediction, button });
      return cell;
    }));
    return row;
  }

  show(/** @type {Counts} */ counts) {
    this.#counts = counts;
    this.#show();
  }

  #show() {
    if (!this.#counts) return;
    const table = this.#counts.confusion[this.#k];
    find(this.element, ".epsilon output").textContent = epsilonText(this.#k);
    for (const { label, prediction, button } of this.cells) {
      const count = table[label][prediction];
      const total = table[label].reduce((sum, each) => sum + each, 0);
      const isStill = label === prediction;
      button.textContent = count ? String(count) : "";
      button.disabled = isStill || count === 0;
      button.title = button.ariaLabel = isStill
        ? `${count} of ${total} still read as ${label}`
        : `${count} of ${total} ${label}s read as ${prediction}`;
      button.parentElement?.classList.toggle("still", isStill);
      button.style.setProperty("--share", Math.sqrt(count / total).toFixed(3));
    }
    this.#showExamples();
  }

  /** Examples of the chosen cell, asked for once the slider rests. */
  #showExamples() {
    for (const { button } of this.cells) button.ariaPressed = String(button === this.#chosen);
    clearTimeout(this.#timer);
    const cell = this.cells.find(({ button }) => button === this.#chosen);
    if (!cell) return this.examples.replaceChildren();
    this.#timer = setTimeout(() => this.#ask(cell), REST);
  }

  async #ask(/** @type {Confusion["cells"][number]} */ { label, prediction, button }) {
    const [k, counts] = [this.#k, this.#counts];
    if (!counts) return;
    const isStale = () => this.#k !== k || this.#chosen !== button || this.#counts !== counts;
    const { model } = counts;
    const answer = await this.ask({ model, k, label, prediction });
    if (!answer || isStale()) return;
    const count = counts.confusion[k][label][prediction];
    const some = answer.digits.length;
    const words = create("p", "", `${count} of class ${label} read as ${prediction} at ε = ${epsilonText(k)}` +
      (count > some ? `; ${some} of them by lot:` : count ? ":" : "."));
    const tiles = create("div");
    const digits = answer.digits.map((digit) => ({ ...digit, k }));
    tiles.replaceChildren(...await tilesOf(digits, answer.frames, { source: answer.source, model }));
    if (isStale()) return;
    this.examples.replaceChildren(words, tiles);
  }
}

/** @param {"col" | "row"} scope @param {number} digit */
function header(scope, digit) {
  const cell = create("th", "", String(digit));
  cell.scope = scope;
  return cell;
}
