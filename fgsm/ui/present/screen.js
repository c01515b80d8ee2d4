// @ts-check
// What an audience sees: one of five scenes, painted from what the stage has loaded.

import { create, find } from "../shared/dom.js";
import { GREYS, paintFrame } from "../shared/frames.js";
import { isHidden } from "../shared/modes.js";
import { KEYS, attackOf, modelName, percent } from "../shared/words.js";
import { shown, stage } from "../stage/shown.js";
import { isWhole, nearest } from "../stage/parts.js";
import { marksOf } from "../stage/verdict.js";
import { Curve } from "./curve.js";
import { Row } from "./row.js";
import { Rule } from "./rule.js";

/** @typedef {import("../stories/story.js").Scene} Scene */
/** @typedef {import("../stories/story.js").Step} Step */

const LONG = 48; // characters; a longer caption is smaller, so that it stays one line

export class Screen {
  /** @type {Row[]} One for each model shown. */
  #rows = [];
  /** @type {Scene} */
  #scene = "pictures";
  #returnPad = () => {};
  /** @type {Curve | null} */
  #curve = null; // made when it is first seen

  /**
   * @param {HTMLElement} root
   * @param {import("./curve.js").Measured[]} curves
   * @param {(k: number) => void} move called when someone moves epsilon
   */
  constructor(root, curves, move) {
    this.root = root;
    this.rule = new Rule(find(root, ".rule"), move);
    this.curves = curves;
    this.canvas = find(root, ".seen canvas", HTMLCanvasElement);
    this.read = find(root, ".seen .read");
  }

  /** Set the scene of a step; of none, the pictures of what is shown. */
  set(/** @type {Step | null} */ step) {
    this.#scene = step?.scene ?? "pictures";
    this.root.dataset.scene = this.#scene;
    const caption = find(this.root, ".caption");
    const title = step?.title ?? this.#what;
    caption.replaceChildren(...sentencesOf(title));
    caption.classList.toggle("is-long", title.length > LONG);
    find(this.root, ".closing h2").replaceChildren(...sentencesOf(step?.title ?? ""));
    find(this.root, ".closing .more").textContent = step?.text ?? "";
    if (this.#scene === "draw") this.#borrowPad();
    else this.returnPad();
    if (this.#scene === "curve") this.#curve ??= new Curve(find(this.root, ".curve"), this.curves);
    this.load();
  }

  /** The pad is that of the stage, with all that it can do. */
  #borrowPad() {
    const board = find(this.root, ".board");
    if (board.childElementCount) return;
    const pad = find(document, "#fgsm-draw");
    const place = create("span");
    pad.replaceWith(place);
    board.append(pad);
    this.#returnPad = () => place.replaceWith(pad);
  }

  returnPad() {
    this.#returnPad();
    this.#returnPad = () => {};
  }

  /** Show what the stage has loaded. */
  load() {
    const { stages } = shown;
    if (this.#rows.length !== stages.length) {
      const template = find(this.root, "template", HTMLTemplateElement);
      this.#rows = stages.map(() => new Row(template));
      find(this.root, ".rows").replaceChildren(...this.#rows.map(({ element }) => element));
      this.root.dataset.models = String(stages.length);
    }
    const { view } = stage.state();
    this.#rows.forEach((row, i) => row.show(stages[i], view));
    this.rule.mark(isHidden("point") || !stages.every(isWhole) ? [] : marksOf(stages));
    this.paint(shown.k);
  }

  /** Show it at the stage's epsilon, which is on its way at that place. */
  paint(/** @type {number} */ at) {
    const { k } = shown;
    for (const row of this.#rows) row.paint(k);
    if (this.#scene === "draw") this.#paintDrawing(k);
    this.place(at);
    this.root.dataset.epsilon = String(k);
  }

  /** Show where epsilon is, also between two of the grid. This runs at every frame of a glide. */
  place(/** @type {number} */ at) {
    if (this.#scene === "curve") this.#curve?.paint(shown.k);
    else this.rule.place(at);
  }

  #paintDrawing(/** @type {number} */ k) {
    const [first] = shown.stages;
    const isDrawn = !find(this.root, ".board .draw").classList.contains("is-empty") && first.digit.source === KEYS.DRAWING;
    this.root.dataset.drawn = String(isDrawn);
    if (!isDrawn) return this.read.replaceChildren(create("b", "", "?"));
    const i = nearest(first.ks, k);
    const prediction = first.predictions[i];
    paintFrame(this.canvas, first.frames, i, GREYS);
    this.canvas.ariaLabel = `The drawing in 28 by 28 pixels, read as ${prediction}`;
    const words = [String(prediction), percent(first.probabilities[i][prediction])];
    if (this.read.textContent !== words.join("")) this.read.replaceChildren(create("b", "", words[0]), create("span", "", words[1]));
  }

  /** The attack and the models. */
  get #what() {
    const { stages } = shown;
    return stages.length ? `${attackOf(stages[0].attack).title} on ${stages.map(({ model }) => modelName(model)).join(" and ")}` : "";
  }

  /** What is seen, in a line. */
  get summary() {
    const verdicts = this.#rows.map(({ element }) => find(element, ".said").textContent?.replace(/\s+/g, " "));
    return verdicts.length ? `${this.#what}: ${verdicts.join("; ")}` : "";
  }
}

/** Each sentence is a part of its own: where not all have room in a line, each begins one. */
const sentencesOf = (/** @type {string} */ text) =>
  text.split(/(?<=[.?!]) +(?=\p{Lu})/u).flatMap((sentence, i) => [...(i ? [" "] : []), create("span", "", sentence)]);
