// @ts-check
// How a formula is said: a screen reader would spell its letters.

import { plain } from "./dom.js";

/** A formula of the catalogue, in words. */
export function spoken(/** @type {string} */ html) {
  return plain(html)
    .replace(/∇xJ(\d*)/, (_, target) => `the gradient of the loss${target && ` towards ${target}`}`)
    .replace("sign the", "the sign of the")
    .replace("(as + br)", "a times s plus b times r")
    .replace(/x̃ − x/, "x tilde minus x")
    .replace(/^−/, "minus ")
    .replaceAll("ε", "epsilon")
    .replaceAll("×", "times");
}

/** The formula as HTML that is shown as it is, and said in words. */
export const formula = (/** @type {string} */ html) =>
  `<span role="img" aria-label="${spoken(html)}">${html}</span>`;
