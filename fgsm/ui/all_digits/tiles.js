// @ts-check
// Fooled digits to click: their adversarial images, which lead to the stage.

import { create } from "../shared/dom.js";
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
    tile.onclick = () => stage.show({ source, index, attack: KEYS.FGSM, model, twin: false }, k);
    return tile;
  });
}
