// @ts-check
// A line chart: axes, lines, marks, and the values at a place. Text is HTML, so that it keeps its
// shape while the drawing is stretched to fill its box.

import { share } from "./axis.js";
import { clamp, create, find, plain } from "./dom.js";
import { readable } from "./reading.js";

/**
 * @typedef {object} Axis
 * @property {string} title HTML
 * @property {number[]} ticks the axis goes from the first one to the last
 * @property {number[]} [minor] those of the ticks that a narrow chart does without
 * @property {(value: number) => string} format
 * @property {(value: number) => string} [precise] for values that are read out; else `format`
 *
 * @typedef {object} Line
 * @property {string | null} name a line without a name is not read out
 * @property {[number, number][]} points
 * @property {string} [colour] as CSS writes it
 * @property {string} [className] the style sheet knows the attacks' "dashed", "dotted" and
 *   "dash-dotted", and "thin", "faint", "strong", "predicted"; "dots" marks each point
 *
 * @typedef {object} Chart
 * @property {string} label the chart in words
 * @property {Axis} x
 * @property {Axis} y
 * @property {Line[]} lines later ones are on top
 * @property {{ x: number, text: string }[]} [marks] vertical lines
 */

export class LineChart {
  /** @type {Chart | null} */
  #chart = null;
  /** @type {number | null} */
  #at = null; // the x that is read out

  /**
   * @param {HTMLElement} element an empty one, which becomes the chart.
   * @param {{ isRead?: boolean }} [options] whether its values are read out; else the owner decides
   *   what pointing at it does.
   */
  constructor(element, { isRead = true } = {}) {
    this.element = element;
    element.classList.add("line-chart");
    element.innerHTML =
      `<p class="y-title"></p>` +
      `<div class="plot"><svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="not drawn yet"></svg>` +
      `<div class="texts" aria-hidden="true"></div></div><p class="x-title"></p>`;
    this.plot = find(element, ".plot");
    this.svg = find(element, "svg", SVGSVGElement);
    if (isRead) this.#makeReadable();
  }

  #makeReadable() {
    this.cursor = create("div", "cursor");
    this.tip = create("div", "tip");
    this.tip.role = "status";
    this.cursor.hidden = this.tip.hidden = true;
    this.plot.append(this.cursor, this.tip);
    this.plot.tabIndex = 0;
    this.plot.role = "application";
    readable(this.plot, {
      places: () => this.#places().length,
      at: () => (this.#at === null ? null : this.#places().indexOf(this.#at)),
      nearest: (part) => {
        const distance = (/** @type {number} */ at) => Math.abs(this.left(at) - 100 * part);
        const places = this.#places();
        const best = places.reduce((near, at) => (distance(at) < distance(near) ? at : near));
        return places.indexOf(best);
      },
      read: (place) => this.#read(this.#places()[place]),
      leave: () => this.#leave(),
    });
  }

  show(/** @type {Chart} */ chart) {
    this.#chart = chart;
    const { label, x, y, lines, marks = [] } = chart;
    this.svg.ariaLabel = label;
    if (this.tip) this.plot.ariaLabel = `${label} Arrow keys read its values.`;
    find(this.element, ".x-title").innerHTML = x.title;
    find(this.element, ".y-title").innerHTML = y.title;
    this.svg.innerHTML =
      y.ticks.map((tick) => `<path class="grid" d="M0 ${this.top(tick)}H100"/>`).join("") +
      marks.map((mark) => `<path class="mark" d="M${this.left(mark.x)} 0V100"/>`).join("") +
      lines.map((line) => this.#path(line)).join("");
    find(this.element, ".texts").replaceChildren(
      ...x.ticks.map((tick) => {
        const className = x.minor?.includes(tick) ? "x minor" : "x";
        return textAt(className, x.format(tick), this.left(tick));
      }),
      ...y.ticks.map((tick) => textAt("y", y.format(tick), this.top(tick))),
      ...marks.map((mark) => textAt("mark-name", mark.text, this.left(mark.x))),
    );
    if (!this.tip) return;
    // Keep reading out while the curve grows.
    if (this.#at !== null && this.#places().includes(this.#at)) this.#read(this.#at);
    else this.#leave();
  }

  #path(/** @type {Line} */ { className = "", colour, points }) {
    const places = points.map(([x, y]) => `${this.left(x).toFixed(2)} ${this.top(y).toFixed(2)}`);
    const style = colour ? ` style="stroke: ${colour}"` : "";
    const line = `<path class="line ${className}"${style} d="M${places.join("L")}"/>`;
    if (!className.includes("dots")) return line;
    // A line of no length with round ends is a dot, and stays round however the plot is stretched.
    const dots = places.map((place) => `M${place}h0`).join("");
    return `${line}<path class="dot"${style} d="${dots}"/>`;
  }

  /** Where a value is, in per cent of the plot's width from its left. */
  left(/** @type {number} */ x) {
    return 100 * share(x, this.#chart?.x.ticks ?? [0, 1]);
  }

  /** Where a value is, in per cent of the plot's height from its top. */
  top(/** @type {number} */ y) {
    return 100 - 100 * share(y, this.#chart?.y.ticks ?? [0, 1]);
  }

  /** Where a line that is read out has a point, in increasing order. */
  #places() {
    const all = (this.#chart?.lines ?? []).filter(({ name }) => name)
      .flatMap(({ points }) => points.map(([at]) => at));
    return [...new Set(all)].sort((a, b) => a - b);
  }

  /** Read out every line at that place, the highest first. */
  #read(/** @type {number} */ at) {
    const { tip, cursor, plot } = this;
    if (!this.#chart || !tip || !cursor) return;
    this.#at = at;
    const { x, y, lines } = this.#chart;
    const rows = lines.flatMap(({ name, points }) =>
      points.filter((point) => name && point[0] === at).map((point) => ({ name, value: point[1] })));
    rows.sort((a, b) => b.value - a.value);
    tip.hidden = cursor.hidden = false; // first, or it would not be announced
    tip.replaceChildren(
      create("span", "tip-x", `${plain(x.title)} = ${x.format(at)}`),
      ...rows.map(({ name, value }) => {
        const row = create("span", "tip-row", name ?? "");
        row.append(create("span", "tip-value", (y.precise ?? y.format)(value)));
        return row;
      }),
    );
    const left = this.left(at);
    cursor.style.left = `${left}%`;
    // On the side where there is more room; over the line rather than out of the chart.
    const [place, gap] = [left / 100 * plot.clientWidth, 10];
    const beside = left > 50 ? place - gap - tip.offsetWidth : place + gap;
    const last = this.element.clientWidth - plot.offsetLeft - tip.offsetWidth;
    tip.style.left = `${clamp(beside, -plot.offsetLeft, Math.max(last, -plot.offsetLeft))}px`;
  }

  #leave() {
    this.#at = null;
    if (this.tip && this.cursor) this.tip.hidden = this.cursor.hidden = true;
  }
}

/**
 * A `span` with that text, `at` per cent along its axis.
 * @param {string} className
 * @param {string} content
 * @param {number} at
 */
function textAt(className, content, at) {
  const element = create("span", className, content);
  element.style.setProperty("--at", `${at}%`);
  return element;
}
