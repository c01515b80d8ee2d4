// @ts-check
// Where digits break: how many at each epsilon, and where the digit on the stage does.

import { create, find } from "../shared/dom.js";
import { readable } from "../shared/reading.js";
import { EPSILONS, KEYS, LAST, count, epsilonText, indexOf, percent, sourceOf } from "../shared/words.js";
import { shown } from "../stage/shown.js";

/** @typedef {import("../contract").Counts} Counts */

const TICKS = [0, 20, 40, 60, 80, LAST];

/** A share of counted digits, where 0 % and 100 % are exact. */
export const shareText = (/** @type {number} */ share) =>
  share === 0 || share === 1 ? `${100 * share} %` : percent(share);

export class Histogram {
  /** @type {Counts | null} */
  #counts = null;
  /** @type {number | null} */
  #at = null; // the bar that is read out

  constructor(/** @type {HTMLElement} */ element) {
    this.element = element;
    this.bars = find(element, ".bars");
    readable(this.bars, {
      places: () => this.#counts?.breaking.length ?? 0,
      at: () => this.#at,
      nearest: (part) => Math.floor(EPSILONS.length * part),
      read: (k) => this.#read(k),
    });
  }

  show(/** @type {Counts} */ counts) {
    this.#counts = counts;
    const { breaking, never, misread, source } = counts;
    const most = Math.max(...breaking);
    this.bars.replaceChildren(...breaking.map((each) => {
      const bar = create("i");
      bar.style.height = `${100 * each / most}%`;
      return bar;
    }));
    const broken = breaking.reduce((sum, each) => sum + each, 0);
    const words = `Of ${sourceOf(source).phrase}, ${count(broken)} break by ε = ${epsilonText(LAST)}, ` +
      `${count(never)} hold out, and ${count(misread)} were misread before any attack.`;
    find(this.element, ".lead").textContent = words;
    this.bars.ariaLabel = `Histogram of breaking points. ${words}`;
    find(this.element, ".axis").replaceChildren(...TICKS.map((k) => {
      const tick = create("span", "", epsilonText(k));
      tick.style.left = this.#left(k);
      return tick;
    }));
    this.#read(null);
    this.markCurrent();
  }

  #left(/** @type {number} */ k) {
    return `${100 * (k + 0.5) / EPSILONS.length}%`;
  }

  /** Say how many digits a bar stands for; null means no bar. */
  #read(/** @type {number | null} */ k) {
    this.#at = k;
    for (const bar of this.bars.children) bar.className = "";
    const reading = find(this.element, ".reading");
    if (k === null || !this.#counts) {
      reading.textContent = "Point at a bar, tap it, or use the arrow keys, to read how many digits it stands for.";
      return;
    }
    this.bars.children[k].classList.add("read");
    const some = this.#counts.breaking[k];
    reading.textContent =
      `ε* = ${epsilonText(k)}: ${count(some)} ${some === 1 ? "digit breaks" : "digits break"} there.`;
  }

  /** Where the digit on the stage breaks, if FGSM attacks it there. */
  markCurrent() {
    if (!this.#counts) return;
    const { model, harder_than: harder, harder_than_never: harderThanNever } = this.#counts;
    const [mark, current] = [find(this.element, ".mark"), find(this.element, ".current")];
    const { request, comparison } = shown;
    const isRight = comparison?.predictions[model] === comparison?.label;
    mark.hidden = request?.attack !== KEYS.FGSM || !comparison || !isRight;
    if (mark.hidden || !comparison) return current.replaceChildren();
    const point = comparison.breaking_points[model];
    const k = point === null ? LAST : indexOf(point);
    mark.style.left = this.#left(k);
    current.textContent =
      `The digit on the stage ${point === null ? `holds up to ε = ${epsilonText(LAST)}` : `breaks at ε* = ${epsilonText(k)}`}: harder to ` +
      `fool than ${shareText(point === null ? harderThanNever : harder[k])} of those read correctly.`;
  }
}
