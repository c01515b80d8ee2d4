// @ts-check
// Light and dark: Gradio sets a class on the body, or, where the page is a guest, on its element.

import { guest } from "./host.js";

const DARK = "dark";
/** @type {Set<() => void>} */
const listeners = new Set();
/** @type {MutationObserver | null} */
let observer = null;

/** Call back whenever the page turns from light to dark, or back. */
export function onTheme(/** @type {() => void} */ changed) {
  listeners.add(changed);
  if (observer) return;
  observer = new MutationObserver(callAll);
  observer.observe(themed(), { attributes: true, attributeFilter: ["class"] });
}

const callAll = () => listeners.forEach((each) => each());
const themed = () => guest ?? document.body;

/**
 * Do something as if the page were light, or dark. It must be done when it returns: nothing of it is
 * ever painted on the screen.
 * @template T
 * @param {boolean} isDark
 * @param {() => T} work
 * @returns {T}
 */
export function inTheme(isDark, work) {
  const element = themed();
  const turn = () => {
    element.classList.toggle(DARK);
    callAll();
  };
  const isOther = element.classList.contains(DARK) !== isDark;
  document.documentElement.classList.add("is-traced"); // the style sheet then has no transitions
  if (isOther) turn();
  try {
    return work();
  } finally {
    if (isOther) turn();
    element.getBoundingClientRect(); // or the page would turn back in transitions, to be seen
    document.documentElement.classList.remove("is-traced");
    observer?.takeRecords(); // everybody knows already
  }
}

/** Whether the page is dark. */
export const isDark = () => themed().classList.contains(DARK);

/** Turn the page dark, or light. */
export const setDark = (/** @type {boolean} */ wanted) => { themed().classList.toggle(DARK, wanted); };
