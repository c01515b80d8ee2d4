// @ts-check
// One model under attack: the equation of three pictures, the verdict, and the two plots.

import { find, findAll } from "../shared/dom.js";
import { GREYS, paintFrame, unpack } from "../shared/frames.js";
import { isHidden } from "../shared/modes.js";
import { formula } from "../shared/spoken.js";
import { LARGEST, an, attackOf, epsilonText, inDecimals, modelName, percent, sourceOf } from "../shared/words.js";
import { Bars } from "./bars.js";
import { Confidence } from "./confidence.js";
import { nearest } from "./parts.js";
import { breakingPointText, movedText, verdictOf } from "./verdict.js";

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
    this.find(".lowest").textContent = `−${inDecimals(LARGEST)}`;
    this.find(".highest").textContent = `+${inDecimals(LARGEST)}`;
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
   * @param {boolean} isMore whether this is the stage shown before, with more epsilons
   */
  show(stage, middle, isMore) {
    this.stage = stage;
    if (!isMore) this.find(".verdict .words").textContent = ""; // so that the next one is announced, even if equal
    this.find(".what").textContent = `${attackOf(stage.attack).title} on ${modelName(stage.model)}`;
    paintFrame(this.canvas(".clean"), stage.clean, 0, GREYS);
    const prediction = stage.predictions[0];
    this.read(".clean", prediction, stage.probabilities[0][prediction]);
    const { label, named, source } = stage.digit;
    const { phrase, unnamed } = sourceOf(source);
    this.find(".clean .label").textContent = `, ${named ? an(label) : unnamed}`;
    this.canvas(".clean").ariaLabel =
      `The clean image: ${named ? an(label) : phrase}, read as ${prediction}`;
    this.bars.show(stage);
    this.chart.show(stage);
    this.setMiddle(middle);
  }

  /** Show the stage at epsilon k. This runs at every frame of a drag. */
  paint(/** @type {number} */ k) {
    const { stage } = this;
    if (!stage) return;
    const i = nearest(stage.ks, k); // k itself, unless the rest of the sweep is still to come
    const prediction = stage.predictions[i];
    const canvas = this.canvas(".adversarial");
    paintFrame(canvas, stage.frames, i, GREYS);
    const reading = isHidden("verdict") ? "" : `, read as ${prediction}`;
    canvas.ariaLabel = `The adversarial image at epsilon ${epsilonText(stage.ks[i])}${reading}`;
    this.read(".adversarial", prediction, stage.probabilities[i][prediction]);
    this.paintChange(stage, i);
    this.paintVerdict(stage, i, k);
    this.bars.paint(i);
    this.chart.paint(k, stage.probabilities[i]);
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
  }

  /** @param {LoadedStage} stage @param {number} i */
  paintChange(stage, i) {
    const direction = this.middle === "direction" ? stage.direction : null;
    paintFrame(this.canvas(".change"), direction ?? stage.changes, direction ? 0 : i, this.colours);
    this.find(".moved").textContent = movedText(stage, i);
    this.find(".size").textContent =
      `Largest change ${stage.largest[i].toFixed(3)}, mean ${stage.mean[i].toFixed(3)}.`;
  }

  /** @param {LoadedStage} stage @param {number} i @param {number} k the epsilon that is wanted */
  paintVerdict(stage, i, k) {
    const [icon, words] = verdictOf(stage, i);
    this.top.dataset.verdict = icon;
    const element = this.find(".verdict .words");
    // Only a change is announced, or else a screen reader would talk all through a drag.
    if (element.textContent !== words) element.textContent = words;
    const at = stage.ks[i];
    this.find(".at").textContent = `at ε = ${epsilonText(at)}${at === k ? "" : `, ${epsilonText(k)} to come`}`;
    this.find(".also").textContent = breakingPointText(stage);
    this.find(".survives").textContent = at === 0 ? ""
      : stage.survives[i] ? "Same reading after saving as PNG" : "Another reading after saving as PNG";
  }
}
