// @ts-check
// Moving epsilon: the slider with its ticks and breaking points, the number, the buttons.

import { clamp, create, find } from "../shared/dom.js";
import { isHidden } from "../shared/modes.js";
import { EPSILONS, LARGEST, LAST, STEP, epsilonText, indexOf } from "../shared/words.js";

const TICKS = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, LARGEST];
const MINOR = [0.05, 0.15, 0.25]; // a narrow slider does without their numbers

/** @typedef {{ at: number | null, name: string }} BreakingPoint */

export class Epsilon {
  /** @type {BreakingPoint[]} */
  #points = [];
  #isPainting = false;

  /**
   * @param {HTMLElement} element
   * @param {number} k
   * @param {() => void} paint shows what is at epsilon k; called once a frame.
   */
  constructor(element, k, paint) {
    this.k = k;
    this.paint = paint;
    this.ticks = find(element, ".ticks");
    this.track = find(element, ".track");
    this.range = find(element, "#fgsm-epsilon", HTMLInputElement);
    this.number = find(element, ".number", HTMLInputElement);
    this.jumper = find(element, ".jump", HTMLButtonElement);
    for (const input of [this.range, this.number]) {
      input.max = String(LARGEST);
      input.step = String(STEP);
    }
    const [down, up] = [find(element, ".down"), find(element, ".up")];
    down.ariaLabel = `Decrease epsilon by ${STEP}`;
    up.ariaLabel = `Increase epsilon by ${STEP}`;
    down.onclick = () => this.set(this.k - 1);
    up.onclick = () => this.set(this.k + 1);
    this.jumper.onclick = () => this.jump();
    this.range.addEventListener("input", () => this.set(indexOf(this.range.valueAsNumber)));
    this.number.addEventListener("input", () => {
      const epsilon = this.number.valueAsNumber;
      if (epsilon >= 0 && epsilon <= LARGEST) this.set(indexOf(epsilon));
    });
    this.number.addEventListener("change", () => {
      this.number.value = epsilonText(this.k); // what was typed may lie between two epsilons of the grid
    });
    addEventListener("resize", () => {
      if (element.checkVisibility()) this.mark(this.#points);
    });
  }

  /** Move epsilon; painted once in the next frame, however many events came before. */
  set(/** @type {number} */ k) {
    this.k = clamp(k, 0, LAST);
    if (this.#isPainting) return;
    this.#isPainting = true;
    requestAnimationFrame(() => {
      this.#isPainting = false;
      this.paint();
    });
  }

  /** Show where epsilon is. */
  show() {
    if (indexOf(this.range.valueAsNumber) !== this.k) this.range.value = String(EPSILONS[this.k]);
    this.range.ariaValueText = epsilonText(this.k);
    if (this.number !== document.activeElement) this.number.value = epsilonText(this.k);
  }

  /** To the smallest epsilon that is marked; from a mark, to the next one. */
  jump() {
    const marked = this.#points.flatMap(({ at }) => (at === null ? [] : indexOf(at))).sort((a, b) => a - b);
    if (marked.length) this.set((marked.includes(this.k) && marked.find((k) => k > this.k)) || marked[0]);
  }

  /** Mark where each model shown breaks, or reaches its target, one above the other. */
  mark(/** @type {BreakingPoint[]} */ all) {
    const points = isHidden("point") ? all.map(({ name }) => ({ at: null, name })) : all;
    this.#points = points;
    this.track.style.setProperty("--lanes", String(points.length));
    const marks = points.map(({ at, name }, lane) => {
      const mark = create("span", "breaks", `▼ ${name}`);
      mark.hidden = at === null;
      mark.style.setProperty("--at", String((at ?? 0) / LARGEST));
      mark.style.setProperty("--lane", String(lane));
      return mark;
    });
    const ticks = TICKS.map((epsilon) => {
      const tick = create("span", MINOR.includes(epsilon) ? "tick minor" : "tick", epsilonText(indexOf(epsilon)));
      tick.style.setProperty("--at", String(epsilon / LARGEST));
      return tick;
    });
    this.ticks.replaceChildren(...ticks, ...marks);
    marks.forEach((mark, lane) => {
      const left = this.track.clientWidth * (points[lane].at ?? 0) / LARGEST;
      if (left + mark.offsetWidth < this.track.clientWidth) return;
      mark.classList.add("is-late"); // its name goes to the left, or else it would leave the track
      mark.textContent = `${points[lane].name} ▼`;
    });
    this.jumper.disabled = points.every(({ at }) => at === null);
  }
}
