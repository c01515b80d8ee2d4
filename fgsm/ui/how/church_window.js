// @ts-check
// The plane around the digit, coloured by what the model reads. A point leads to the stage.

import { offer } from "../figures/dialog.js";
import { traced } from "../figures/traced.js";
import { clamp, create, find } from "../shared/dom.js";
import { contextOf } from "../shared/frames.js";
import { catalogue } from "../shared/catalogue.js";
import { isBrowsers, walk } from "../shared/keys.js";
import { FIRST } from "../shared/state.js";
import { onTheme } from "../shared/theme.js";
import { KEYS, LARGEST, STEP, attackOf, called, indexOf, modelName } from "../shared/words.js";
import { onShown, shown, stage, tell } from "../stage/shown.js";
import { counted, signed } from "./findings.js";
import { row } from "./parts.js";
import { middle, only, regions, shares } from "./regions.js";

/** @typedef {import("../contract").ChurchWindow} Answer */
/** @typedef {import("../contract").Plane} Plane */

// Far enough apart for most eyes; the regions are numbered too.
const COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#e69f00", "#999933", "#882255", "#44aa99"];

export function make(/** @type {HTMLElement} */ picture, /** @type {import("./figure.js").Tools} */ { ask }) {
  /** @type {ChurchWindow[]} */
  const windows = [];
  const box = row();
  const chooser = create("label", "reach");
  chooser.innerHTML = `<span>Reach of the window</span> <select></select>`;
  const select = find(chooser, "select", HTMLSelectElement);
  select.append(...catalogue.reaches.map((reach) => new Option(String(reach))));
  select.addEventListener("change", () => tell({ reach: Number(select.value) }));
  picture.append(chooser, box);
  onTheme(() => windows.forEach((each) => each.paint()));
  let asked = FIRST.reach;
  select.value = String(shown.reach);
  onShown(() => {
    select.value = String(shown.reach); // at once: the window itself takes a while
    if (shown.reach === asked) return;
    asked = shown.reach;
    ask({ reach: asked });
  });

  return (/** @type {Answer} */ { named, reach, planes }) => {
    planes.forEach((plane, i) => {
      windows[i] ??= new ChurchWindow(box, plane.rows.length);
      windows[i].show(plane, reach);
    });
    return `${inTheMiddle(planes, named)} To the right: along the sign of the model's gradient, up to ${reach}. ` +
      `Up and down: along random signs, as far.${2 * reach > LARGEST ? ` Faded: beyond ε = ${LARGEST}, where the stage ends.` : ""}`;
  };
}

/**
 * What the digit is, what grey stands for, and which models misread the digit to begin with.
 * @param {Plane[]} planes
 * @param {boolean} named
 */
function inTheMiddle(planes, named) {
  const labels = [...new Set(planes.map(({ label }) => label))];
  const digit = labels.map((label) => called({ label, named })).join(" or ");
  const wrong = planes.filter(({ rows, label }) => middle(rows) !== label)
    .map(({ rows, model }) => ` ${modelName(model)} misreads the digit itself, as ${middle(rows)}.`);
  return `In the middle is the digit, ${digit}. Grey: read as ${labels.join(" or ")}.${wrong.join("")}`;
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
      `<div class="marks" aria-hidden="true"></div><div class="here"></div></div>` +
      `<p class="where" aria-live="polite"></p><p class="shares"></p>` +
      `<p class="give"><button type="button" class="save-figure">Save figure</button></p>`;
    find(this.box, ".save-figure").onclick = () => this.#save();
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
    if (reach !== this.#reach) this.#x = this.#y = (this.size - 1) / 2;
    this.#plane = plane;
    this.#reach = reach;
    this.#isTapped = false;
    find(this.box, ".title").textContent = modelName(plane.model);
    this.paint();
    // The digit itself is marked already, so its own class needs no number around it.
    const unmarked = middle(plane.rows) === plane.label ? plane.label : null;
    find(this.box, ".marks").replaceChildren(...regions(plane.rows, unmarked).map(({ digit, x, y }) => {
      const mark = create("b", "", digit);
      mark.style.left = this.#percent(x);
      mark.style.top = this.#percent(y);
      return mark;
    }));
    this.canvas.ariaLabel = `${attackOf(KEYS.RAY).title} of ${modelName(plane.model)}: ` +
      `read as ${[...new Set(plane.rows.join(""))].join(", ")}. ` +
      "Arrow keys move over it, Enter shows the image on the stage.";
    find(this.box, ".shares").textContent = sharesText(plane, reach);
    this.#move(this.#x, this.#y);
  }

  paint() {
    if (!this.#plane) return;
    const { rows, label } = this.#plane;
    const context = contextOf(this.canvas);
    const neutral = getComputedStyle(this.box).getPropertyValue("--zero");
    context.clearRect(0, 0, this.size, this.size);
    rows.forEach((row, y) => [...row].forEach((digit, x) => {
      context.globalAlpha = isOnStage(this.#ray(x, y)) ? 1 : 0.35;
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
    const ray = this.#ray();
    const [along, across] = ray.map((part) => signed(part, 3).replace(/0$/, ""));
    find(this.box, ".where").textContent =
      `along ${along}, across ${across}: read as ${this.#plane?.rows[this.#y][this.#x]}${isOnStage(ray) ? "" : "; not on the stage"}`;
  }

  /**
   * How far the place is along the gradient's sign and across it, in pixel units.
   * @returns {[number, number]}
   */
  #ray(x = this.#x, y = this.#y) {
    const half = (this.size - 1) / 2;
    const step = (/** @type {number} */ points) => Number((points / half * this.#reach).toFixed(6));
    return [step(x - half), step(half - y)];
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
    if (isOnStage(this.#ray())) find(this.box, ".where").append("; tap again to see it");
  }

  #save() {
    if (!this.#plane) return;
    const { model, label } = this.#plane;
    const name = modelName(model);
    offer([{
      name: attackOf(KEYS.RAY).title,
      title: `${attackOf(KEYS.RAY).title} of ${name}`,
      caption: `Grey: read as ${label}. To the right along the gradient's sign, up to ${this.#reach}; up and down along random signs.`,
      file: `fgsm-church-window-${model}-${this.#reach}`,
      draw: () => traced([{ element: this.box, width: 420, without: ".title, .where, .here, .give" }]),
    }]);
  }

  /** Show the image of that point on the stage, on the straight line that leads there. */
  #open() {
    if (!this.#plane || !shown.request || !isOnStage(this.#ray())) return;
    const [along, across] = this.#ray();
    const attack = across !== 0 ? KEYS.RAY : along < 0 ? KEYS.REVERSED : KEYS.FGSM;
    const ray = across !== 0 ? this.#ray() : null;
    stage.show(
      { ...shown.request, model: this.#plane.model, twin: false, target: null, attack, ray },
      indexOf(epsilonOf([along, across])),
    );
  }
}

/** The epsilon of a point: pixels where both directions agree move by that much. */
const epsilonOf = (/** @type {number[]} */ [along, across]) => Math.abs(along) + Math.abs(across);
/** Whether the stage's slider goes as far as the point. Half a step is for rounding. */
const isOnStage = (/** @type {number[]} */ ray) => epsilonOf(ray) < LARGEST + STEP / 2;

/**
 * How much of the window is not grey, to the left and to the right; or that all of it is one class.
 * @param {Plane} plane
 * @param {number} reach
 */
function sharesText({ rows, label }, reach) {
  const one = only(rows);
  if (one !== null) {
    return `All read as ${one}${reach < LARGEST ? "; a wider reach may show more" : ""}`;
  }
  const { left, right } = shares(rows, label);
  return `Not read as ${label}: left ${counted(left)}, right ${counted(right)}`;
}
