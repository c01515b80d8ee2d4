// @ts-check
// The colours of a saved figure: those of the light or of the dark page, whichever is chosen.

import { find } from "../shared/dom.js";
import { themeColours } from "../shared/frames.js";

/**
 * @typedef {object} Palette
 * @property {string} ground
 * @property {string} text
 * @property {string} quiet
 * @property {string} line
 * @property {string} adversarial
 * @property {string} safe
 * @property {string} plus
 * @property {string} zero
 * @property {Uint32Array} changes 256 colours, see `changeColours`
 */

/** The colours of the page as it is now; call it within `inTheme`. @returns {Palette} */
export function palette() {
  const style = getComputedStyle(find(document, ".gradio-container .ours"));
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    ground: colour("--body-background-fill"),
    text: colour("--body-text-color"),
    quiet: colour("--quiet"),
    line: colour("--line"),
    adversarial: colour("--adversarial"),
    safe: colour("--safe"),
    plus: colour("--plus"),
    zero: colour("--zero"),
    changes: themeColours(),
  };
}

/** A pixel of ImageData as SVG writes colours. */
export function hexOf(/** @type {number} */ pixel) {
  const [red, green, blue] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Grey levels as SVG writes colours. */
export const GREY = Array.from({ length: 256 }, (_, level) => hexOf(level * 0x010101));
