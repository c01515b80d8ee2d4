// @ts-check
// The same digit at the same epsilon in three directions, at every epsilon.

import { create, find } from "../shared/dom.js";
import { GREYS, paintFrame, unpack } from "../shared/frames.js";
import { called, epsilonText, modelName, percent } from "../shared/words.js";
import { shown } from "../stage/shown.js";
import { row, tile } from "./parts.js";

/** @typedef {import("../contract").Directions} Answer */
/** @typedef {import("../contract").Stage} Stage */

const TITLES = ["+ sign of the gradient", "random signs", "− sign of the gradient"];
const LAST = 50; // the slider goes to half of the largest epsilon

export function make(/** @type {HTMLElement} */ picture) {
  const tiles = TITLES.map(tile);
  const slider = create("label", "slider");
  slider.innerHTML = `<span><i>ε</i> = <output></output></span><input type="range" min="0" aria-label="Epsilon of the three directions">`;
  const range = find(slider, "input", HTMLInputElement);
  range.max = String(LAST);
  range.value = String(Math.min(shown.k, LAST));
  range.addEventListener("input", paint);
  picture.append(row(...tiles.map(({ box }) => box)), slider);
  /** @type {(Omit<Stage, "frames"> & { frames: Uint8Array })[]} */
  let stages = [];

  function paint() {
    const k = range.valueAsNumber;
    find(slider, "output").textContent = epsilonText(k);
    stages.forEach(({ frames, predictions, probabilities, label }, i) => {
      const { canvas, reading } = tiles[i];
      const read = predictions[k];
      const isRight = read === label;
      paintFrame(canvas, frames, k, GREYS);
      canvas.ariaLabel = `The digit moved by epsilon ${epsilonText(k)}, ${TITLES[i]}: read as ${read}`;
      reading.replaceChildren(
        create("b", "", `${isRight ? "✓" : "✗"} ${read}`), " ", create("span", "", percent(probabilities[k][read])));
      reading.classList.toggle("is-fooled", !isRight);
    });
  }

  return async (/** @type {Answer} */ answer) => {
    stages = await Promise.all(answer.stages.map(async (stage) => ({ ...stage, frames: await unpack(stage.frames) })));
    paint();
    const [{ model, label }] = stages;
    return `${modelName(model)} on the stage's digit, ${called({ label, named: answer.named })}. All three images differ from it by the same ε.`;
  };
}
