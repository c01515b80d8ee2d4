// @ts-check
// Picking: a page of thumbnails at a time, one class or all, by mouse, touch or keyboard.

import { catalogue } from "../shared/catalogue.js";
import { create, find, findAll } from "../shared/dom.js";
import { fileAt } from "../shared/home.js";
import { walk } from "../shared/keys.js";
import { CLASSES, KEYS, isLabelled, sourceOf } from "../shared/words.js";

const CLASS_SIZE = catalogue.per_class;
const PAGE = 48;
const SPRITE = fileAt("digits.png");

/** @typedef {(source: string, index: number | null) => void} OnPick null if it is not a number */

export class Picker {
  /** @type {number | null} */
  #only = null; // the class shown; null for all
  /** @type {number | null} */
  #picked = null; // the index of the built-in digit that is picked
  #page = 0;

  /**
   * @param {HTMLElement} element
   * @param {OnPick} onPick
   */
  constructor(element, onPick) {
    this.element = element;
    this.onPick = onPick;
    this.thumbnails = find(element, ".thumbnails");
    this.thumbnails.style.setProperty("--sprite", `url("${SPRITE}")`);
    this.chips = [null, ...CLASSES].map((digit) => {
      const chip = create("button", "", digit === null ? "all" : String(digit));
      chip.type = "button";
      chip.onclick = () => this.#show(digit, 0);
      return { digit, chip };
    });
    find(element, ".classes").replaceChildren(...this.chips.map(({ chip }) => chip));
    find(element, ".previous").onclick = () => this.#show(this.#only, this.#page - 1);
    find(element, ".next").onclick = () => this.#show(this.#only, this.#page + 1);
    find(element, ".any").onclick = () => this.pickAny();
    this.thumbnails.addEventListener("click", ({ target }) => {
      const button = target instanceof Element && target.closest("button");
      if (button) this.#choose(KEYS.BUILTIN, Number(button.dataset.index));
    });
    walk(this.thumbnails, (right, down, { target }) => {
      if (target instanceof HTMLElement) this.#step(Number(target.dataset.index), right + this.#columns * down);
    });
    this.number = find(element, ".by-number input", HTMLInputElement);
    this.source = find(element, ".by-number select", HTMLSelectElement);
    for (const key of [KEYS.BUILTIN, KEYS.MNIST_TEST])
      this.source.append(new Option(sourceOf(key).title, key));
    this.number.addEventListener("change", () => this.#call());
    this.source.addEventListener("change", () => this.#call());
    this.#show(null, 0);
  }

  /** Say whether the digits of a source are here. */
  offer(/** @type {string} */ source, /** @type {boolean} */ isHere) {
    for (const option of this.source.options)
      if (option.value === source) option.hidden = option.disabled = !isHere;
    this.source.disabled = [...this.source.options].filter(({ disabled }) => !disabled).length < 2;
  }

  /** Choose the digit whose number was typed. */
  #call() {
    const { value, validity } = this.number;
    const source = this.source.value;
    this.#limit();
    if (value === "" && !validity.badInput) return;
    // What is not a number is refused by the server, like one that is too large.
    const index = value === "" ? null : Number(value);
    if (source === KEYS.BUILTIN && index !== null) this.reveal(index);
    this.#choose(source, index);
  }

  #limit() {
    const last = sourceOf(this.source.value).size - 1;
    this.number.max = String(last);
    this.number.placeholder = `0–${last}`;
  }

  /** How many thumbnails stand in a row: the style sheet decides, by the room there is. */
  get #columns() {
    return getComputedStyle(this.thumbnails).gridTemplateColumns.split(" ").length;
  }

  /** The indexes on all pages: of one class, or one of each class in turn. */
  get #indexes() {
    const only = this.#only;
    return Array.from({ length: only === null ? CLASSES.length * CLASS_SIZE : CLASS_SIZE }, (_, i) =>
      only === null ? (i % 10) * CLASS_SIZE + Math.floor(i / 10) : only * CLASS_SIZE + i,
    );
  }

  /** @param {number | null} only @param {number} page wraps around */
  #show(only, page) {
    this.#only = only;
    const pages = Math.ceil(this.#indexes.length / PAGE);
    this.#page = (page + pages) % pages;
    const indexes = this.#indexes.slice(this.#page * PAGE, (this.#page + 1) * PAGE);
    this.thumbnails.replaceChildren(...indexes.map((index) => {
      const row = Math.floor(index / CLASS_SIZE);
      const button = create("button");
      button.type = "button";
      button.dataset.index = String(index);
      button.ariaLabel = `A ${row}, number ${index}`;
      const column = index % CLASS_SIZE;
      button.style.backgroundPosition = `${(column / (CLASS_SIZE - 1)) * 100}% ${(row / 9) * 100}%`;
      return button;
    }));
    for (const { digit, chip } of this.chips) chip.ariaPressed = String(digit === only);
    find(this.element, ".page").textContent = `${this.#page + 1} / ${pages}`;
    this.#mark();
  }

  /** Say which thumbnail is picked; the keyboard enters the grid there. */
  #mark() {
    const buttons = findAll(this.thumbnails, "button");
    const current = buttons.find((button) => Number(button.dataset.index) === this.#picked);
    for (const button of buttons) {
      button.tabIndex = button === (current ?? buttons[0]) ? 0 : -1;
      if (button === current) button.ariaCurrent = "true";
      else button.removeAttribute("aria-current");
    }
  }

  /** @type {OnPick} */
  #choose(source, index) {
    this.showPicked(source, index);
    this.onPick(source, index);
  }

  /**
   * Mark what is picked, whether here or elsewhere.
   * @type {OnPick}
   */
  showPicked(source, index) {
    this.#picked = source === KEYS.BUILTIN ? index : null;
    if (isLabelled(source)) this.source.value = source;
    // What is no number stays as it was typed, for the server's sentence is about it.
    if (index !== null) this.number.value = isLabelled(source) ? String(index) : "";
    this.#limit();
    this.#mark();
  }

  /** Pick one of those shown, on any page, at random. */
  pickAny() {
    const all = this.#indexes;
    const index = all[Math.floor(Math.random() * all.length)];
    const hadFocus = this.thumbnails.contains(document.activeElement);
    this.reveal(index);
    this.#choose(KEYS.BUILTIN, index);
    if (hadFocus) this.#thumbnail(index)?.focus(); // the thumbnail that had it is gone
  }

  /** Turn to the page of a built-in digit, if there is such a one. */
  reveal(/** @type {number} */ index) {
    if (!(Number.isInteger(index) && index >= 0 && index < CLASSES.length * CLASS_SIZE)) return;
    if (!this.#indexes.includes(index)) this.#only = null;
    this.#show(this.#only, Math.floor(this.#indexes.indexOf(index) / PAGE));
  }

  /** @returns {HTMLElement | null} */
  #thumbnail(/** @type {number} */ index) {
    return this.thumbnails.querySelector(`[data-index="${index}"]`);
  }

  /** Pick the neighbour, on the next page if need be. */
  #step(/** @type {number} */ index, /** @type {number} */ by) {
    const all = this.#indexes;
    const next = all.indexOf(index) + by;
    if (next < 0 || next >= all.length) return;
    this.#show(this.#only, Math.floor(next / PAGE));
    this.#thumbnail(all[next])?.focus();
    this.#choose(KEYS.BUILTIN, all[next]);
  }
}
