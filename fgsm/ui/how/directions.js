// @ts-check
// The same digit at the same epsilon in three directions, at every epsilon.

import { create, find } from "../shared/dom.js";
import { GREYS, paintFrame, unpack } from "../shared/frames.js";
import { LAST, called, epsilonText, modelName, percent } from "../shared/words.js";
import { shown } from "../stage/shown.js";
import { movedText } from "../stage/verdict.js";
import { breaking, confidences, controlled, misreading } from "./findings.js";
import { row, tile } from "./parts.js";

/** @typedef {import("../contract").Control} Control */
/** @typedef {import("../contract").Directions} Answer */
/** @typedef {import("../contract").Stage} Stage */

const TITLES = ["+ sign of the gradient", "random signs", "− sign of the gradient"];

export function make(/** @type {HTMLElement} */ picture) {
  const tiles = TITLES.map(tile);
  const slider = create("label", "slider");
  slider.innerHTML = `<span><i>ε</i> = <output></output></span><input type="range" min="0" aria-label="Epsilon of the three directions">`;
  const range = find(slider, "input", HTMLInputElement);
  range.max = String(LAST);
  range.value = String(shown.k);
  let isMoved = false;
  range.addEventListener("input", () => {
    isMoved = true;
    paint();
  });
  const findings = create("div", "findings");
  picture.append(row(...tiles.map(({ box }) => box)), slider, findings);
  /** @type {(Omit<Stage, "frames"> & { frames: Uint8Array })[]} */
  let stages = [];
  /** @type {Control | null} */
  let control = null;
  paint();

  function paint() {
    const k = range.valueAsNumber;
    find(slider, "output").textContent = range.ariaValueText = epsilonText(k);
    if (!stages.length) return;
    range.ariaValueText = `epsilon ${epsilonText(k)}: read as ${stages.map(({ predictions }) => predictions[k]).join(", ")}`;
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
    const [along] = stages;
    const { model } = along;
    const sentences = [
      confidences(stages, k),
      k === 0 ? "No pixel has moved." : `Under FGSM ${movedText(along, k)} None moved by more than ε.`,
      control ? controlled(control, model, k) : `${modelName(model)} has not been surveyed, so there are no counts of all digits.`,
    ];
    findings.replaceChildren(...sentences.map((sentence) => create("p", "", sentence)));
  }

  return async (/** @type {Answer} */ answer) => {
    // At first as on the stage, which may be built later than this.
    if (!stages.length && !isMoved) range.value = String(shown.k);
    stages = await Promise.all(answer.stages.map(async (stage) => ({ ...stage, frames: await unpack(stage.frames) })));
    control = answer.control;
    paint();
    const [{ model, label, predictions }] = stages;
    const digit = `${called({ label, named: answer.named })}${misreading(predictions[0], label)}`;
    return `${modelName(model)} and the digit on the stage, ${digit}. ${breaking(stages[0])}`;
  };
}
