// @ts-check
// The drawing pad: strokes of mouse, finger, pen or arrow keys, white on black.

import { clamp, create, find, findAll } from "../shared/dom.js";
import { contextOf } from "../shared/frames.js";
import { walk } from "../shared/keys.js";
import { onGrid } from "../shared/packing.js";
import { BRUSH, isCutOff, paint } from "./ink.js";

/** @typedef {import("./ink.js").Point} Point */

const PEN_STEP = 0.03; // of the pad's side, for an arrow key
const HAND_REST = 3000; // ms: that long after a pen was seen, a touch is taken for the hand's
const CUT_OFF = "Cut off at the border: draw smaller";

export class Pad {
  /** @type {Point[][]} */
  #strokes = [];
  /** @type {DOMRect | null} */
  #box = null;
  /** @type {PointerEvent | null} */
  #drawing = null; // how the pointer that draws was set down; all others are ignored until it ends
  #penSeen = -Infinity; // when a pen was last over the pad
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
    this.cutOff = find(element, ".cut-off");
    this.canvas.width = this.canvas.height = 560; // sharp on a projector too
    this.context = contextOf(this.canvas);
    this.context.setTransform(560, 0, 0, 560, 0, 0);
    this.told = told;
    this.cursor = create("span", "pen");
    this.canvas.after(this.cursor);

    this.canvas.addEventListener("pointerdown", (event) => this.#start(event));
    this.canvas.addEventListener("pointermove", (event) => this.#go(event));
    for (const name of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"]))
      this.canvas.addEventListener(name, (event) => this.#end(event));
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
    this.#notePen(event);
    if (event.button !== 0) return;
    event.preventDefault(); // no scrolling, no selecting
    const isTouch = event.pointerType === "touch";
    if (isTouch && event.timeStamp - this.#penSeen < HAND_REST) return;
    if (this.#drawing?.pointerType === "touch" && !isTouch) this.#remove(1); // it was the palm's
    if (this.#drawing) return;
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.#liftPen();
    this.#box = this.canvas.getBoundingClientRect(); // once per stroke, since asking forces a layout
    this.#begin();
    this.#drawing = event;
    this.#extend(this.#place(event));
  }

  #begin() {
    if (this.isEmpty) this.told.begin();
    this.#strokes.push([]);
  }

  #go(/** @type {PointerEvent} */ event) {
    this.#notePen(event);
    if (event.pointerId !== this.#drawing?.pointerId) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) this.#extend(this.#place(each));
  }

  #end(/** @type {PointerEvent} */ event) {
    if (event.pointerId !== this.#drawing?.pointerId) return;
    // The system cancels a touch that it takes for a palm, or for a gesture of its own.
    if (event.type === "pointercancel") this.#remove(1);
    this.#drawing = null;
  }

  #notePen(/** @type {PointerEvent} */ event) {
    if (event.pointerType === "pen") this.#penSeen = event.timeStamp;
  }

  /** @returns {Point} */
  #place(/** @type {PointerEvent} */ event) {
    const { left, top, width, height } = this.#box ?? this.canvas.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  }

  /** Lengthen the last stroke, and draw only what is new. */
  #extend(/** @type {Point} */ place) {
    const stroke = this.#strokes[this.#strokes.length - 1];
    const [point, before] = [onGrid(place), stroke.at(-1)];
    if (before && point.every((at, axis) => at === before[axis])) return;
    this.#line(before ?? point, point);
    stroke.push(point);
    this.#showState();
    this.told.change();
  }

  /** Piece by piece, also when a drawing comes back: so it looks just as it did. */
  #line(/** @type {Point} */ from, /** @type {Point} */ to) {
    paint(this.context, [from, to], BRUSH);
  }

  #redraw() {
    this.context.fillStyle = "black";
    this.context.fillRect(0, 0, 1, 1);
    for (const stroke of this.#strokes)
      stroke.forEach((point, i) => this.#line(stroke[Math.max(i - 1, 0)], point));
    this.#showState();
  }

  #showState() {
    this.element.classList.toggle("is-empty", this.isEmpty);
    for (const button of findAll(this.element, ".undo, .clear", HTMLButtonElement))
      button.disabled = this.isEmpty;
    const words = isCutOff(this.#strokes) ? CUT_OFF : "";
    if (this.cutOff.textContent !== words) this.cutOff.textContent = words;
  }

  /** Remove the last strokes. */
  #remove(/** @type {number} */ count) {
    this.#strokes.splice(-count, count);
    this.#drawing = null; // what is gone is not drawn any further
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
    this.#drawing = null;
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
    this.#drawing = null; // a stroke that is under way ends here
    this.#liftPen();
    this.#redraw();
  }
}
