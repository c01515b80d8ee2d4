// @ts-check
// One model under attack: the equation of three pictures, the verdict, and the two plots.

import { find, findAll } from "../shared/dom.js";
import { GREYS, paintFrame, unpack } from "../shared/frames.js";
import { formula } from "../shared/spoken.js";
import { LARGEST, an, attackOf, epsilonText, modelName, percent } from "../shared/words.js";
import { Bars } from "./bars.js";
import { Confidence } from "./confidence.js";
import { breakingPointText, verdictOf } from "./verdict.js";

/** @typedef {import("../contract").Digit} Digit */
/** @typedef {import("../contract").Stage} Stage */
/** @typedef {"direction" | "change"} Middle what the middle picture shows */

/**
 * A stage of the server's answer, its frames unpacked.
 * @typedef {Omit<Stage, "frames" | "changes" | "direction"> & {
 *   digit: Digit, clean: Uint8Array, frames: Uint8Array, changes: Uint8Array,
 *   direction: Uint8Array | null,
 * }} LoadedStage
 */

/** Unpack the frames of a stage. */
export async function load(/** @type {Stage} */ stage, /** @type {Digit} */ digit) {
  const [clean, frames, changes, direction] = await Promise.all([
    unpack(digit.frame),
    unpack(stage.frames),
    unpack(stage.changes),
    stage.direction && unpack(stage.direction),
  ]);
  /** @type {LoadedStage} */
  const loaded = { ...stage, digit, clean, frames, changes, direction };
  return loaded;
}

export class Panel {
  /** @type {LoadedStage | null} */
  stage = null;
  /** @type {Middle} */
  middle = "direction";
  colours = GREYS; // for changes; the page sets those of its theme

  /**
   * @param {HTMLTemplateElement} template of the parts, which are put where they belong.
   * @param {(k: number) => void} onEpsilon called when someone points at an epsilon of the chart.
   */
  constructor(template, onEpsilon) {
    const parts = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.top = find(parts, ".top");
    this.bottom = find(parts, ".bottom");
    this.bars = new Bars(find(this.bottom, ".bars"));
    this.chart = new Confidence(find(this.bottom, ".confidence"), onEpsilon);
  }

  find(/** @type {string} */ selector) {
    return find(this.top, selector);
  }

  canvas(/** @type {string} */ figure) {
    return find(this.top, `${figure} canvas`, HTMLCanvasElement);
  }

  /**
   * Show another loaded stage; `paint` then shows it at an epsilon.
   * @param {LoadedStage} stage
   * @param {Middle} middle
   */
  show(stage, middle) {
    this.stage = stage;
    this.find(".verdict .words").textContent = ""; // so that the next one is announced, even if equal
    this.find(".model-name").textContent = modelName(stage.model);
    paintFrame(this.canvas(".clean"), stage.clean, 0, GREYS);
    const prediction = stage.predictions[0];
    this.read(".clean", prediction, stage.probabilities[0][prediction]);
    const { label, named } = stage.digit;
    this.find(".clean .label").textContent = named ? `, ${an(label)}` : ", drawn";
    this.canvas(".clean").ariaLabel =
      `The clean image: ${named ? an(label) : "a drawing"}, read as ${prediction}`;
    this.bars.show(stage);
    this.chart.show(stage);
    this.setMiddle(middle);
  }

  /** Show the stage at epsilon k. This runs at every frame of a drag. */
  paint(/** @type {number} */ k) {
    const { stage } = this;
    if (!stage) return;
    const prediction = stage.predictions[k];
    const canvas = this.canvas(".adversarial");
    paintFrame(canvas, stage.frames, k, GREYS);
    canvas.ariaLabel = `The adversarial image at epsilon ${epsilonText(k)}, read as ${prediction}`;
    this.read(".adversarial", prediction, stage.probabilities[k][prediction]);
    this.paintChange(stage, k);
    this.paintVerdict(stage, k);
    this.bars.paint(k);
    this.chart.paint(k, stage.probabilities[k]);
  }

  /**
   * @param {string} figure
   * @param {number} prediction
   * @param {number} confidence
   */
  read(figure, prediction, confidence) {
    this.find(`${figure} .reading b`).textContent = String(prediction);
    this.find(`${figure} .reading span`).textContent = percent(confidence);
  }

  /** Choose what the middle picture shows: the "direction", or the "change" after clipping. */
  setMiddle(/** @type {Middle} */ middle) {
    const { stage } = this;
    if (!stage) return;
    // Ten steps have ten directions, so there is only the change they add up to.
    this.middle = stage.direction ? middle : "change";
    const isDirection = this.middle === "direction";
    this.top.dataset.view = this.middle;
    this.find(".change figcaption").innerHTML = isDirection
      ? formula(attackOf(stage.attack).formula.replace("TARGET", String(stage.target)))
      : formula("<i>x̃</i> − <i>x</i>");
    this.canvas(".change").ariaLabel = isDirection
      ? "The direction: which pixels get darker, which lighter"
      : "How much each pixel changed";
    for (const button of findAll(this.top, ".toggle button", HTMLButtonElement)) {
      button.ariaPressed = String(button.dataset.view === this.middle);
      button.disabled = button.dataset.view === "direction" && !stage.direction;
    }
    this.find(".scale").textContent = isDirection
      ? "darker, as it was, lighter"
      : `−${LARGEST} to +${LARGEST}, square-root scale`;
  }

  /** @param {LoadedStage} stage @param {number} k */
  paintChange(stage, k) {
    const direction = this.middle === "direction" ? stage.direction : null;
    paintFrame(this.canvas(".change"), direction ?? stage.changes, direction ? 0 : k, this.colours);
    this.find(".moved").textContent =
      `${stage.moved[k]} of 784 pixels moved, ` +
      `largest ${stage.largest[k].toFixed(3)}, mean ${stage.mean[k].toFixed(3)}`;
  }

  /** @param {LoadedStage} stage @param {number} k */
  paintVerdict(stage, k) {
    const [icon, words] = verdictOf(stage, k);
    this.top.dataset.verdict = icon;
    const element = this.find(".verdict .words");
    // Only a change is announced, or else a screen reader would talk all through a drag.
    if (element.textContent !== words) element.textContent = words;
    const reached = stage.target !== null && stage.predictions[k] === stage.target;
    this.find(".at").textContent = `at ε = ${epsilonText(k)}${reached ? ", as targeted" : ""}`;
    this.find(".also").textContent = breakingPointText(stage);
    this.find(".survives").textContent = `Survives an 8-bit PNG: ${stage.survives[k] ? "yes" : "no"}`;
  }
}
