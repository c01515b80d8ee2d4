// @ts-check
// The confidence in each class against epsilon, with the breaking point and a playhead to drag.

import { LineChart } from "../shared/chart.js";
import { clamp, create } from "../shared/dom.js";
import { CLASSES, EPSILONS, LARGEST, LAST, inDecimals } from "../shared/words.js";
import { top } from "./bars.js";
import { chartSlider } from "./chart_slider.js";
import { isHidden } from "../shared/modes.js";
import { breakingPointText, curveText } from "./verdict.js";

/** @typedef {import("../contract").Stage} Stage */
/** @typedef {{ digit: number, left: number, top: number }} Name a line's name, in per cent of the plot */

const TITLE = "Confidence in each class against epsilon.";

export class Confidence {
  /**
   * @param {HTMLElement} element an empty one
   * @param {(k: number) => void} onEpsilon called when someone points at an epsilon.
   */
  constructor(element, onEpsilon) {
    this.chart = new LineChart(element, { isRead: false });
    this.names = create("div");
    this.playhead = create("div", "playhead");
    this.marks = create("div");
    this.chart.plot.append(this.playhead, this.marks, this.names);
    this.say = chartSlider(this.chart.plot, onEpsilon);
    this.chart.svg.ariaHidden = "true"; // the slider says it all
    onPoint(this.chart.plot, (part) => onEpsilon(Math.round(part * LAST)));
  }

  show(/** @type {import("./verdict.js").Swept & Pick<Stage, "probabilities">} */ stage) {
    const { ks, label, target, predictions, probabilities, breaking_point: breaks, reached } = stage;
    const winners = [...new Set(predictions)].filter((digit) => digit !== label);
    const kind = (/** @type {number} */ digit) =>
      digit === label ? "label" : winners.includes(digit) ? `winner winner-${winners.indexOf(digit) % 4}` : "other";
    this.chart.show({
      label: isHidden("point") ? TITLE : `${TITLE} Read as ${curveText(stage)}: ${breakingPointText(stage)}.`,
      x: { title: "", ticks: [0, 0.1, 0.2, 0.3, 0.4, LARGEST], minor: [0.1, 0.3, LARGEST], format: inDecimals },
      y: { title: "", ticks: [0, 0.5, 1], format: (part) => `${100 * part} %` },
      lines: [...CLASSES]
        .sort((a, b) => Number(a === label) - Number(b === label)) // the label's line on top
        .map((digit) => ({
          name: null,
          className: kind(digit),
          points: probabilities.map((row, i) => [EPSILONS[ks[i]], row[digit]]),
        })),
    });
    /** @type {Name[]} */
    const names = [];
    for (const digit of [label, ...winners]) names.push(place(digit, ks, probabilities, names));
    this.names.replaceChildren(...names.map(({ digit, left, top }) => {
      const text = create("b", `line-name ${kind(digit)}`, String(digit));
      text.style.left = `${left}%`;
      text.style.top = `${top}%`;
      return text;
    }));
    this.marks.replaceChildren();
    this.#mark(breaks, "<i>ε</i>*", names);
    // Where the first error is the target, one line says both.
    if (reached !== breaks) this.#mark(reached, `→ ${target}`, names);
  }

  /**
   * @param {number | null} epsilon
   * @param {string} text HTML
   * @param {Name[]} names of lines, which the text must not touch
   */
  #mark(epsilon, text, names) {
    if (epsilon === null || isHidden("point")) return;
    const [mark, name, left] = [create("div", "mark"), create("span"), this.chart.left(epsilon)];
    const top = freeHeight(left, names);
    name.innerHTML = text;
    name.style.top = `${top}%`;
    mark.style.left = `${left}%`;
    mark.classList.toggle("is-late", left > 50);
    mark.append(name);
    this.marks.append(mark);
    names.push({ digit: NaN, left, top });
  }

  /** @param {number} k @param {number[]} probabilities there */
  paint(k, probabilities) {
    this.playhead.style.left = `${this.chart.left(EPSILONS[k])}%`;
    this.say(k, this.chart.svg.ariaLabel ?? "", top(probabilities));
  }
}

/**
 * Where the name of a line is written: where the line is highest and no other name stands.
 * @param {number} digit
 * @param {number[]} ks the epsilons of the probabilities
 * @param {number[][]} probabilities
 * @param {Name[]} [others]
 * @returns {Name}
 */
export function place(digit, ks, probabilities, others = []) {
  const [WIDE, HIGH] = [18, 24]; // per cent of a small plot: nearer than this, names would touch
  const places = probabilities
    .map((row, i) => ({ digit, left: clamp((100 * ks[i]) / LAST, 3, 97), top: 100 - 100 * row[digit] }))
    .sort((one, other) => one.top - other.top);
  const isFree = (/** @type {Name} */ { left, top }) =>
    others.every((other) => Math.abs(other.left - left) > WIDE || Math.abs(other.top - top) > HIGH);
  return places.find(isFree) ?? places[0];
}

/**
 * How far down ε* is written beside its mark, in per cent: where no line's name is.
 * @param {number} at where the mark is, in per cent
 * @param {Name[]} names
 */
export function freeHeight(at, names) {
  const [BESIDE, ABOVE, BELOW] = [28, 36, 2]; // nearer than this, a name would touch it
  const near = names.filter(({ left }) => Math.abs(left - at) < BESIDE);
  const isFree = (/** @type {number} */ height) =>
    near.every(({ top }) => height < top - ABOVE || height > top + BELOW);
  return [40, 55, 70, 25, 10, 80].find(isFree) ?? 40;
}

/**
 * Tell how far along the element someone points, 0 to 1: where a mouse is pressed or dragged, and
 * where a finger taps or moves sideways. A finger that moves up or down scrolls, and sets nothing.
 * @param {HTMLElement} element
 * @param {(part: number) => void} tell
 */
function onPoint(element, tell) {
  const SIDEWAYS = 8; // pixels
  /** @type {PointerEvent | null} */
  let start = null; // of a finger that may still scroll
  const point = (/** @type {PointerEvent} */ { clientX }) => {
    const box = element.getBoundingClientRect();
    tell(clamp((clientX - element.clientLeft - box.left) / element.clientWidth, 0, 1));
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    element.setPointerCapture(event.pointerId);
    start = event.pointerType === "touch" ? event : null;
    if (!start) point(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    if (start) {
      const right = Math.abs(event.clientX - start.clientX);
      if (right < SIDEWAYS || right < Math.abs(event.clientY - start.clientY)) return;
      start = null;
    }
    point(event);
  });
  element.addEventListener("pointerup", (event) => {
    if (start && event.isPrimary) point(event); // a tap
    start = null;
  });
  element.addEventListener("pointercancel", () => { start = null; }); // the page scrolls
}
