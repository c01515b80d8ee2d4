// @ts-check
// Light and dark: Gradio sets a class on the body.

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
  observer.observe(document.body, { attributes: true, attributeFilter: ["class"] });
}

const callAll = () => listeners.forEach((each) => each());

/**
 * Do something as if the page were light, or dark. It must be done when it returns: nothing of it is
 * ever painted on the screen.
 * @template T
 * @param {boolean} isDark
 * @param {() => T} work
 * @returns {T}
 */
export function inTheme(isDark, work) {
  const { classList } = document.body;
  const turn = () => {
    classList.toggle(DARK);
    callAll();
  };
  const isOther = classList.contains(DARK) !== isDark;
  document.documentElement.classList.add("is-traced"); // the style sheet then has no transitions
  if (isOther) turn();
  try {
    return work();
  } finally {
    if (isOther) turn();
    document.documentElement.classList.remove("is-traced");
    observer?.takeRecords(); // everybody knows already
  }
}

/** Whether the page is dark. */
export const isDark = () => document.body.classList.contains(DARK);
