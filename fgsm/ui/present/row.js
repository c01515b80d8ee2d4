// @ts-check
// One model's three pictures, large, and the verdict on them.

import { find } from "../shared/dom.js";
import { GREYS, paintFrame, themeColours } from "../shared/frames.js";
import { isHidden } from "../shared/modes.js";
import { formula } from "../shared/spoken.js";
import { an, attackOf, epsilonText, modelName, percent, sourceOf } from "../shared/words.js";
import { nearest } from "../stage/parts.js";
import { breakingPointText, verdictOf } from "../stage/verdict.js";

/** @typedef {import("../stage/panel.js").LoadedStage} LoadedStage */
/** @typedef {import("../stage/panel.js").Middle} Middle */

export class Row {
  /** @type {LoadedStage | null} */
  #stage = null;
  /** @type {Middle} */
  #middle = "direction";
  #colours = GREYS;

  constructor(/** @type {HTMLTemplateElement} */ template) {
    const parts = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.element = find(parts, ".row");
  }

  #find(/** @type {string} */ selector) {
    return find(this.element, selector);
  }

  #canvas(/** @type {string} */ figure) {
    return find(this.element, `${figure} canvas`, HTMLCanvasElement);
  }

  /** @param {LoadedStage} stage @param {Middle} middle what the middle picture shows */
  show(stage, middle) {
    this.#stage = stage;
    this.#middle = stage.direction ? middle : "change";
    this.#colours = themeColours();
    const isDirection = this.#middle === "direction";
    const { label, named, source } = stage.digit;
    this.#find(".name").textContent = modelName(stage.model);
    paintFrame(this.#canvas(".from"), stage.clean, 0, GREYS);
    this.#canvas(".from").ariaLabel = `The image: ${named ? an(label) : sourceOf(source).phrase}`;
    this.#find(".by span").innerHTML = formula(
      isDirection ? attackOf(stage.attack).formula.replace("TARGET", String(stage.target)) : "<i>x̃</i> − <i>x</i>",
    );
    this.#canvas(".by").ariaLabel = isDirection
      ? "Which way each pixel moves: orange lighter, blue darker" : "How much each pixel changed";
    this.#read(".from", 0);
  }

  #read(/** @type {string} */ figure, /** @type {number} */ i) {
    const { predictions, probabilities } = /** @type {LoadedStage} */ (this.#stage);
    this.#find(`${figure} b`).textContent = String(predictions[i]);
    this.#find(`${figure} figcaption span`).textContent = percent(probabilities[i][predictions[i]]);
  }

  /** Show it at epsilon k. */
  paint(/** @type {number} */ k) {
    const stage = this.#stage;
    if (!stage) return;
    const i = nearest(stage.ks, k);
    const direction = this.#middle === "direction" ? stage.direction : null;
    paintFrame(this.#canvas(".onto"), stage.frames, i, GREYS);
    this.#canvas(".onto").ariaLabel = `The adversarial image${isHidden("verdict") ? "" : `, read as ${stage.predictions[i]}`}`;
    paintFrame(this.#canvas(".by"), direction ?? stage.changes, direction ? 0 : i, this.#colours);
    this.#read(".onto", i);
    const [icon, words] = verdictOf(stage, i);
    this.element.dataset.verdict = icon;
    // Only a change is announced.
    const said = this.#find(".said");
    if (said.textContent !== words) said.textContent = words;
    this.#find(".where b").textContent = `ε = ${epsilonText(stage.ks[i])}`;
    this.#find(".where span").textContent = breakingPointText(stage);
  }
}
