// @ts-check
// Light and dark: Gradio sets a class on the body, or, where the page is a guest, on its element.

import { guest } from "./host.js";

/** @type {Set<() => void>} */
const listeners = new Set();
let isWatching = false;

/** Call back whenever the page turns from light to dark, or back. */
export function onTheme(/** @type {() => void} */ changed) {
  listeners.add(changed);
  if (isWatching) return;
  isWatching = true;
  new MutationObserver(() => listeners.forEach((each) => each()))
    .observe(guest ?? document.body, { attributes: true, attributeFilter: ["class"] });
}
