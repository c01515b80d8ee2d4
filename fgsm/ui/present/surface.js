// @ts-check
// What lies over the pictures: buttons while the pointer moves or taps, a remark for a while, and a blank
// screen, a QR code or the list of keys.

import { find, findAll } from "../shared/dom.js";

const REST = 2500; // milliseconds without the pointer, then the buttons go
const SAID = 6000; // milliseconds that a remark stays

/** @typedef {"blank" | "qr" | "help"} Over */

export class Surface {
  /** @type {number | undefined} */
  #resting;
  /** @type {number | undefined} */
  #remark;

  constructor(/** @type {HTMLElement} */ root) {
    this.root = root;
    const wake = () => {
      root.classList.add("is-awake");
      clearTimeout(this.#resting);
      this.#resting = setTimeout(() => root.classList.remove("is-awake"), REST);
    };
    root.addEventListener("pointermove", wake);
    root.addEventListener("click", wake); // a finger taps, and does not move; the tap itself is over
  }

  /** What covers the pictures; null for nothing. @returns {Over | null} */
  get over() {
    const over = findAll(this.root, ".over").find(({ hidden }) => !hidden);
    return /** @type {Over | undefined} */ (over?.dataset.name) ?? null;
  }

  set over(name) {
    for (const over of findAll(this.root, ".over")) over.hidden = over.dataset.name !== name;
  }

  /** Say something to the speaker, on the screen. */
  say(/** @type {string} */ words) {
    const remark = find(this.root, ".remark");
    remark.textContent = words;
    clearTimeout(this.#remark);
    this.#remark = setTimeout(() => { remark.textContent = ""; }, SAID);
  }
}
