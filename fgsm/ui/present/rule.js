// @ts-check
// Epsilon as a thick rule: where it is, and where the models break. It can be dragged.

import { clamp, create, find } from "../shared/dom.js";
import { LARGEST, LAST, epsilonText, inDecimals } from "../shared/words.js";

const NUMBERS = [0, 0.1, 0.2, 0.3, 0.4, LARGEST];
const LATE = 0.7; // of the rule: from there on a mark's name is written to its left

/** @typedef {import("../stage/epsilon.js").BreakingPoint} BreakingPoint */

export class Rule {
  #said = "";

  /**
   * @param {HTMLElement} element
   * @param {(k: number) => void} move called when someone drags it
   */
  constructor(element, move) {
    this.element = element;
    this.line = find(element, ".line");
    this.thumb = find(element, ".thumb");
    this.marks = find(element, ".marks");
    find(element, ".numbers").replaceChildren(...NUMBERS.map((epsilon) => {
      const number = create("span", "", epsilon === 0 ? "0" : inDecimals(epsilon));
      number.style.left = `${(100 * epsilon) / LARGEST}%`;
      return number;
    }));
    const drag = (/** @type {PointerEvent} */ { clientX }) => {
      const { left, width } = this.line.getBoundingClientRect();
      move(Math.round(clamp((clientX - left) / width, 0, 1) * LAST));
    };
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !event.isPrimary) return;
      element.setPointerCapture(event.pointerId);
      drag(event);
    });
    element.addEventListener("pointermove", (event) => {
      if (element.hasPointerCapture(event.pointerId)) drag(event);
    });
  }

  /** Mark where the models break. */
  mark(/** @type {BreakingPoint[]} */ points) {
    const marked = points.flatMap(({ at, name }) => (at === null ? [] : [{ at, name }]));
    this.marks.replaceChildren(...marked.map(({ at, name }, lane) => {
      const part = at / LARGEST;
      const mark = create("span", part > LATE ? "is-late" : "", name);
      mark.style.left = `${100 * part}%`;
      mark.style.setProperty("--at-lane", String(marked.length - 1 - lane));
      return mark;
    }));
    // The pictures above leave room for it.
    this.element.parentElement?.style.setProperty("--lanes", String(Math.max(marked.length, 1)));
    this.#said = marked.map(({ at, name }) => `; ${name} at ${inDecimals(at)}`).join("");
  }

  /** @param {number} at an index of epsilon, or a place between two */
  place(at) {
    this.thumb.style.transform = `translateX(${(100 * at) / LAST}%)`;
    const words = `Epsilon is ${epsilonText(Math.floor(at))} of ${inDecimals(LARGEST)}${this.#said}`;
    if (this.element.ariaLabel !== words) this.element.ariaLabel = words;
  }
}
