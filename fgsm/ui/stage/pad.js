// @ts-check
// The drawing pad: strokes of mouse, finger, pen or arrow keys, white on black.

import { clamp, create, find, findAll } from "../shared/dom.js";
import { contextOf } from "../shared/frames.js";
import { walk } from "../shared/keys.js";

const BRUSH = 0.085; // of the pad's side: about 12 % of the height of a digit drawn large
const SENT = 112; // pixels per side, four times MNIST's: enough for the centring done by `to_mnist`
const PEN_STEP = 0.03; // of the pad's side, for an arrow key

/** @typedef {[number, number]} Point in [0, 1] */

export class Pad {
  /** @type {Point[][]} */
  #strokes = [];
  /** @type {DOMRect | null} */
  #box = null;
  /** @type {OffscreenCanvasRenderingContext2D | null} */
  #small = null;
  #pen = { x: 0.5, y: 0.5, isDown: false }; // the keyboard's

  /**
   * @param {HTMLElement} element
   * @param {object} told
   * @param {() => void} told.begin before the first stroke of a drawing
   * @param {() => void} told.change whenever the drawing changes
   * @param {() => void} told.empty when there is none any more
   */
  constructor(element, told) {
    this.element = element;
    this.canvas = find(element, ".pad", HTMLCanvasElement);
    this.canvas.width = this.canvas.height = 560; // sharp on a projector too
    this.context = contextOf(this.canvas);
    this.told = told;
    this.cursor = create("span", "pen");
    this.canvas.after(this.cursor);

    this.canvas.addEventListener("pointerdown", (event) => this.#start(event));
    this.canvas.addEventListener("pointermove", (event) => this.#go(event));
    this.canvas.addEventListener("focus", () => this.#movePen(0, 0));
    walk(this.canvas, (right, down) => this.#movePen(PEN_STEP * right, PEN_STEP * down));
    this.canvas.addEventListener("keydown", (event) => {
      if (event.key !== " ") return;
      this.#switchPen();
      event.preventDefault();
    });
    find(element, ".undo").onclick = () => this.#remove(1);
    find(element, ".clear").onclick = () => this.#remove(this.#strokes.length);
    this.#redraw();
  }

  get isEmpty() {
    return this.#strokes.length === 0;
  }

  #start(/** @type {PointerEvent} */ event) {
    // A second finger, or the palm, would be joined to the first one's stroke.
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault(); // no scrolling, no selecting
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.#liftPen();
    this.#box = this.canvas.getBoundingClientRect(); // once per stroke, since asking forces a layout
    this.#begin();
    this.#extend(this.#place(event));
  }

  #begin() {
    if (this.isEmpty) this.told.begin();
    this.#strokes.push([]);
  }

  #go(/** @type {PointerEvent} */ event) {
    if (!this.canvas.hasPointerCapture(event.pointerId)) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) this.#extend(this.#place(each));
  }

  /** @returns {Point} */
  #place(/** @type {PointerEvent} */ event) {
    const { left, top, width, height } = this.#box ?? this.canvas.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  }

  /** Lengthen the last stroke, and draw only what is new. */
  #extend(/** @type {Point} */ point) {
    const stroke = this.#strokes.at(-1);
    if (!stroke) return; // it was undone or cleared while being drawn
    this.#line(stroke.at(-1) ?? point, point);
    stroke.push(point);
    this.#showState();
    this.told.change();
  }

  #line(/** @type {Point} */ from, /** @type {Point} */ to) {
    const side = this.canvas.width;
    const { context } = this;
    context.lineCap = "round";
    context.lineWidth = BRUSH * side;
    context.strokeStyle = "white";
    context.beginPath();
    context.moveTo(from[0] * side, from[1] * side);
    // A hair further: nothing is painted of a line without length, not even its round ends.
    context.lineTo(to[0] * side + 0.01, to[1] * side);
    context.stroke();
  }

  #redraw() {
    this.context.fillStyle = "black";
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    for (const stroke of this.#strokes)
      stroke.forEach((point, i) => this.#line(stroke[Math.max(i - 1, 0)], point));
    this.#showState();
  }

  #showState() {
    this.element.classList.toggle("is-empty", this.isEmpty);
    for (const button of findAll(this.element, ".undo, .clear", HTMLButtonElement))
      button.disabled = this.isEmpty;
  }

  /** Remove the last strokes. */
  #remove(/** @type {number} */ count) {
    this.#strokes.splice(-count, count);
    this.#liftPen();
    this.#redraw();
    if (this.isEmpty) this.told.empty();
    else this.told.change();
  }

  /** @param {number} right @param {number} down */
  #movePen(right, down) {
    const pen = this.#pen;
    pen.x = clamp(pen.x + right, 0, 1);
    pen.y = clamp(pen.y + down, 0, 1);
    this.cursor.style.left = `${100 * pen.x}%`;
    this.cursor.style.top = `${100 * pen.y}%`;
    if (pen.isDown && (right || down)) this.#extend([pen.x, pen.y]);
  }

  #switchPen() {
    const pen = this.#pen;
    if (pen.isDown) return this.#liftPen();
    pen.isDown = true;
    this.cursor.classList.add("is-down");
    this.#begin();
    this.#extend([pen.x, pen.y]);
  }

  #liftPen() {
    this.#pen.isDown = false;
    this.cursor.classList.remove("is-down");
  }

  /** What is drawn, to be put back later. */
  get strokes() {
    return this.#strokes.map((stroke) => [...stroke]);
  }

  set strokes(strokes) {
    this.#strokes = strokes.map((stroke) => [...stroke]);
    this.#liftPen();
    this.#redraw();
  }

  /** The drawing as base64 of SENT x SENT bytes. */
  pixels() {
    this.#small ??= new OffscreenCanvas(SENT, SENT).getContext("2d", { willReadFrequently: true });
    if (!this.#small) throw new Error("this browser cannot draw");
    this.#small.imageSmoothingQuality = "high";
    this.#small.drawImage(this.canvas, 0, 0, SENT, SENT);
    const { data } = this.#small.getImageData(0, 0, SENT, SENT);
    let text = "";
    for (let i = 0; i < data.length; i += 4) text += String.fromCharCode(data[i]);
    return btoa(text);
  }
}
