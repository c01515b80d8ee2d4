// @ts-check
// Reading a chart at a place along its axis: under the pointer, where a finger tapped, or where the
// arrow keys went.

import { clamp } from "./dom.js";
import { walk } from "./keys.js";

/**
 * @param {HTMLElement} element what is pointed at, and takes the focus for the keys.
 * @param {object} reader
 * @param {() => number} reader.places how many places there are; 0 while there is no chart.
 * @param {() => number | null} reader.at which one is read now.
 * @param {(part: number) => number} reader.nearest the place nearest to a part of the width, 0 to 1.
 * @param {(place: number) => void} reader.read
 * @param {() => void} [reader.leave] called when nothing is read any more; without it, what was
 *   read stays.
 */
export function readable(element, { places, at, nearest, read, leave }) {
  const point = (/** @type {PointerEvent} */ { clientX }) => {
    if (!places()) return;
    const { left, width } = element.getBoundingClientRect();
    const place = clamp(nearest((clientX - left) / width), 0, places() - 1);
    if (place !== at()) read(place); // or a screen reader would say it again and again
  };
  element.addEventListener("pointermove", point);
  element.addEventListener("pointerdown", point);
  walk(element, (right) => {
    if (!right || !places()) return false;
    read(clamp((at() ?? -1) + right, 0, places() - 1));
  });
  if (!leave) return;
  // A finger that is lifted leaves too, but the person wants to read: a tap elsewhere closes it.
  element.addEventListener("pointerleave", ({ pointerType }) => {
    if (pointerType !== "touch") leave();
  });
  element.addEventListener("pointercancel", leave); // the finger scrolls the page
  element.addEventListener("blur", leave);
  element.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") leave();
  });
}
