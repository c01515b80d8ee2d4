// @ts-check
// The plane around the digit, coloured by what the model reads. A point leads to the stage.

import { clamp, create, find } from "../shared/dom.js";
import { contextOf } from "../shared/frames.js";
import { isBrowsers, walk } from "../shared/keys.js";
import { onTheme } from "../shared/theme.js";
import { KEYS, called, indexOf, modelName } from "../shared/words.js";
import { shown, stage } from "../stage/shown.js";
import { regions } from "./regions.js";

/** @typedef {import("../contract").ChurchWindow} Answer */
/** @typedef {import("../contract").Plane} Plane */

// Far enough apart for most eyes; the regions are numbered too.
const COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#e69f00", "#999933", "#882255", "#44aa99"];

export function make(/** @type {HTMLElement} */ picture) {
  /** @type {ChurchWindow[]} */
  const windows = [];
  picture.classList.add("row");
  onTheme(() => windows.forEach((each) => each.paint()));

  return (/** @type {Answer} */ { named, reach, planes }) => {
    planes.forEach((plane, i) => {
      windows[i] ??= new ChurchWindow(picture, plane.rows.length);
      windows[i].show(plane, reach);
    });
    const labels = [...new Set(planes.map(({ label }) => label))];
    return `The digit, ${labels.map((label) => called({ label, named })).join(" or ")}, is in the middle; ` +
      "grey is where it is still read so. " +
      `To the right: ε along the gradient's sign, up to ${reach}. Up and down: as far along random signs.`;
  };
}

class ChurchWindow {
  /** @type {Plane | null} */
  #plane = null;
  #reach = 0; // to each side, in pixel units
  #x;
  #y;
  #isFinger = false;
  #isTapped = false;

  /**
   * @param {HTMLElement} picture
   * @param {number} size points per side
   */
  constructor(picture, size) {
    this.size = size;
    this.#x = this.#y = (size - 1) / 2;
    this.box = create("div", "window");
    this.box.innerHTML = `<p class="title"></p>` +
      `<div class="plane"><canvas width="${size}" height="${size}" tabindex="0" role="application"></canvas>` +
      `<div class="axes" aria-hidden="true"><span class="axis"></span><span class="zero">x</span><span class="end">ε</span></div>` +
      `<div class="marks" aria-hidden="true"></div><div class="here"></div></div><p class="where" aria-live="polite"></p>`;
    this.canvas = find(this.box, "canvas", HTMLCanvasElement);
    this.#listen();
    picture.append(this.box);
  }

  #listen() {
    const { canvas } = this;
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") this.#point(event);
    });
    // Not every browser says with the click what kind of pointer it was.
    canvas.addEventListener("pointerdown", ({ pointerType }) => { this.#isFinger = pointerType === "touch"; });
    canvas.addEventListener("click", (event) => this.#click(event));
    walk(canvas, (right, down) => this.#move(this.#x + right, this.#y + down));
    canvas.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || isBrowsers(event)) return;
      event.preventDefault();
      this.#open();
    });
  }

  /** @param {Plane} plane @param {number} reach */
  show(plane, reach) {
    this.#plane = plane;
    this.#reach = reach;
    this.#isTapped = false;
    find(this.box, ".title").textContent = modelName(plane.model);
    this.paint();
    find(this.box, ".marks").replaceChildren(...regions(plane.rows, plane.label).map(({ digit, x, y }) => {
      const mark = create("b", "", digit);
      mark.style.left = this.#percent(x);
      mark.style.top = this.#percent(y);
      return mark;
    }));
    this.canvas.ariaLabel = `Church window of ${modelName(plane.model)}: ` +
      `read as ${[...new Set(plane.rows.join(""))].join(", ")}. ` +
      "Arrow keys move over it, Enter shows the image on the stage.";
    this.#move(this.#x, this.#y);
  }

  paint() {
    if (!this.#plane) return;
    const { rows, label } = this.#plane;
    const context = contextOf(this.canvas);
    const neutral = getComputedStyle(this.box).getPropertyValue("--zero");
    rows.forEach((row, y) => [...row].forEach((digit, x) => {
      context.fillStyle = Number(digit) === label ? neutral : COLOURS[Number(digit)];
      context.fillRect(x, y, 1, 1);
    }));
  }

  #percent(/** @type {number} */ place) {
    return `${100 * (place + 0.5) / this.size}%`;
  }

  #point(/** @type {MouseEvent} */ { clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    this.#move(
      Math.floor(this.size * (clientX - left) / width), Math.floor(this.size * (clientY - top) / height));
  }

  /** Point at a place, and say what is read there. */
  #move(/** @type {number} */ x, /** @type {number} */ y) {
    this.#x = clamp(x, 0, this.size - 1);
    this.#y = clamp(y, 0, this.size - 1);
    const here = find(this.box, ".here");
    here.style.left = this.#percent(this.#x);
    here.style.top = this.#percent(this.#y);
    const [along, across] = this.#ray();
    find(this.box, ".where").textContent =
      `along ${signed(along)}, across ${signed(across)}: read as ${this.#plane?.rows[this.#y][this.#x]}`;
  }

  /**
   * How far the place is along the gradient's sign and across it, in pixel units.
   * @returns {[number, number]}
   */
  #ray() {
    const middle = (this.size - 1) / 2;
    const step = (/** @type {number} */ points) => Number((points / middle * this.#reach).toFixed(6));
    return [step(this.#x - middle), step(middle - this.#y)];
  }

  #click(/** @type {MouseEvent} */ event) {
    const [x, y] = [this.#x, this.#y];
    this.#point(event);
    if (!this.#isFinger) return this.#open();
    // A finger cannot point without a tap: the first tap points, a second one near it opens.
    const isNear = Math.max(Math.abs(this.#x - x), Math.abs(this.#y - y)) <= 2;
    if (this.#isTapped && isNear) {
      this.#move(x, y);
      return this.#open();
    }
    this.#isTapped = true;
    find(this.box, ".where").append("; tap again to see it");
  }

  /** Show the image of that point on the stage, on the straight line that leads there. */
  #open() {
    if (!this.#plane || !shown.request) return;
    const [along, across] = this.#ray();
    const attack = across !== 0 ? KEYS.RAY : along < 0 ? KEYS.REVERSED : KEYS.FGSM;
    const ray = across !== 0 ? this.#ray() : null;
    stage.show(
      { ...shown.request, model: this.#plane.model, twin: false, target: null, attack, ray },
      indexOf(Math.abs(along) + Math.abs(across)),
    );
  }
}

const signed = (/** @type {number} */ value) => `${value < 0 ? "−" : ""}${Math.abs(value).toFixed(2)}`;
