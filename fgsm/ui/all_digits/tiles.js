// @ts-check
// Fooled digits to click: their adversarial images, which lead to the stage.

import { create, find } from "../shared/dom.js";
import { GREYS, createCanvas, paintFrame, unpack } from "../shared/frames.js";
import { KEYS, epsilonText } from "../shared/words.js";
import { stage } from "../stage/shown.js";

/** @typedef {import("../contract").FooledDigit} FooledDigit */
/** @typedef {import("../contract").Packed} Packed */

/**
 * A button for each digit.
 * @param {(FooledDigit & { k: number })[]} digits
 * @param {Packed} frames their pictures
 * @param {{ source: string, model: string }} of
 */
export async function tilesOf(digits, frames, { source, model }) {
  const bytes = digits.length ? await unpack(frames) : new Uint8Array();
  return digits.map(({ index, label, prediction, k }, i) => {
    const [tile, canvas] = [create("button", "tile"), createCanvas()];
    tile.type = "button";
    tile.append(canvas, create("span", "", `${label} → ${prediction}`));
    tile.ariaLabel = `${label} read as ${prediction} at epsilon ${epsilonText(k)}: show it on the stage`;
    paintFrame(canvas, bytes, i, GREYS);
    tile.onclick = () => {
      stage.show({ source, index, attack: KEYS.FGSM, model, twin: false }, k);
      requestAnimationFrame(lookAtThePictures); // when the tab is there
    };
    return tile;
  });
}

/** Scroll to the stage's pictures: from the page's top, or if they do not fit in below it, to them. */
function lookAtThePictures() {
  scrollTo(0, 0);
  const pictures = find(document, ".live .equation");
  const covered = find(document, ".live .epsilon").offsetHeight; // which sticks to the window's end
  if (pictures.getBoundingClientRect().bottom > innerHeight - covered) pictures.scrollIntoView();
}
