// @ts-check
// Which digits turn into which: a table of counts at one epsilon, and examples of a cell.

import { offer } from "../figures/dialog.js";
import { traced } from "../figures/traced.js";
import { create, find, noteCut } from "../shared/dom.js";
import { CLASSES, LAST, an, count, epsilonText, modelName, sourceOf } from "../shared/words.js";
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
    head.append(create("td"), ...CLASSES.map((digit) => header("col", String(digit))), header("col", "misread before"));
    find(element, "thead").replaceChildren(head);
    /** @type {{ label: number, prediction: number, button: HTMLButtonElement }[]} */
    this.cells = [];
    /** @type {{ name: HTMLElement, before: HTMLElement }[]} For each class, the ends of its row. */
    this.ends = [];
    find(element, "tbody").replaceChildren(...CLASSES.map((label) => this.#row(label)));
    noteCut(find(element, ".scroll"), find(element, ".cut"));
    find(element, ".save-figure").onclick = () => this.#save();
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
    const [name, before] = [header("row", String(label)), create("td", "before")];
    this.ends.push({ name, before });
    row.append(name, ...CLASSES.map((prediction) => {
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
    }), before);
    return row;
  }

  #save() {
    if (!this.#counts) return;
    const { model, source } = this.#counts;
    const epsilon = epsilonText(this.#k);
    offer([{
      name: "Confusion",
      title: `FGSM on ${modelName(model)} at ε = ${epsilon}: which digits turn into which`,
      caption: `Rows: what the digit is; columns: what it is read as. Of ${sourceOf(source).phrase}.`,
      file: `fgsm-confusion-${model}-${epsilon}`,
      draw: () => traced([{ element: find(this.element, "table"), width: 760 }]),
    }]);
  }

  show(/** @type {Counts} */ counts) {
    this.#counts = counts;
    this.#show();
  }

  #show() {
    if (!this.#counts) return;
    const { confusion, misread_before: before } = this.#counts;
    const table = confusion[this.#k];
    const totals = CLASSES.map((label) => table[label].reduce((sum, each) => sum + each, before[label]));
    find(this.element, ".epsilon output").textContent = epsilonText(this.#k);
    find(this.element, ".epsilon input").ariaValueText = epsilonText(this.#k);
    for (const { label, prediction, button } of this.cells) {
      const some = table[label][prediction];
      const isStill = label === prediction;
      button.textContent = some ? String(some) : "";
      button.disabled = isStill || some === 0;
      button.title = button.ariaLabel = isStill
        ? `${some} of ${totals[label]} still read as ${label}`
        : `${some} of ${totals[label]} ${label}s read as ${prediction}`;
      button.parentElement?.classList.toggle("still", isStill);
      button.style.setProperty("--share", Math.sqrt(some / totals[label]).toFixed(3));
    }
    this.ends.forEach(({ name, before: cell }, label) => {
      name.replaceChildren(create("b", "", String(label)), create("small", "", count(totals[label])));
      name.ariaLabel = `${an(label)}, of ${count(totals[label])}`;
      cell.textContent = before[label] ? String(before[label]) : "";
      cell.title = `${before[label]} of ${totals[label]} ${label}s misread before any attack`;
    });
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
    const all = counts.confusion[k][label][prediction];
    const some = answer.digits.length;
    const words = create("p", "", `${count(all)} of class ${label} ${all === 1 ? "is" : "are"} read as ${prediction} ` +
      `at ε = ${epsilonText(k)}${all > some ? `; ${some} of them, chosen at random:` : all ? ":" : "."}`);
    const tiles = create("div");
    const digits = answer.digits.map((digit) => ({ ...digit, k }));
    tiles.replaceChildren(...await tilesOf(digits, answer.frames, { source: answer.source, model }));
    if (isStale()) return;
    this.examples.replaceChildren(words, tiles);
  }
}

/** @param {"col" | "row"} scope @param {string} name */
function header(scope, name) {
  const cell = create("th", "", name);
  cell.scope = scope;
  return cell;
}
