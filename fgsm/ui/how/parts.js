// @ts-check
// What the pictures of "How it works" are made of: digits under titles, charts under titles.

import { LineChart } from "../shared/chart.js";
import { create } from "../shared/dom.js";
import { createCanvas } from "../shared/frames.js";

/** A canvas of 28 x 28 under a title, with room for a reading. */
export function tile(/** @type {string} */ title) {
  const [box, canvas, reading] = [create("div", "tile"), createCanvas(), create("p", "reading")];
  const heading = create("p", "title");
  const text = create("span");
  text.innerHTML = title;
  heading.append(text);
  canvas.role = "img";
  canvas.ariaLabel = "not drawn yet";
  box.append(heading, canvas, reading);
  return { box, canvas, reading };
}

/** Boxes side by side. */
export function row(/** @type {HTMLElement[]} */ ...boxes) {
  const element = create("div", "row");
  element.append(...boxes);
  return element;
}

/**
 * An empty chart under a title.
 * @param {HTMLElement} box
 * @param {string} title
 */
export function chartIn(box, title) {
  const [column, element] = [create("div", "chart-box"), create("div")];
  column.append(create("p", "title", title), element);
  box.append(column);
  return { chart: new LineChart(element), column };
}
