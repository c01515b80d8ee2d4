// @ts-check
// The keyboard: which way an arrow key goes, moving over an element with them, and whether shortcuts
// are wanted.

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Whether the key is pressed with Alt, Ctrl or Command, and so is left to the browser. */
export const isBrowsers = (/** @type {KeyboardEvent} */ event) =>
  event.altKey || event.ctrlKey || event.metaKey;

/**
 * Remember in this browser whether a switch is on.
 * @param {HTMLInputElement} input a checkbox, which says what is so at first
 * @param {string} name
 */
export function remember(input, name) {
  try {
    input.checked = (localStorage.getItem(name) ?? String(input.checked)) === "true";
    input.addEventListener("change", () => localStorage.setItem(name, String(input.checked)));
  } catch (error) {
    console.warn("This browser remembers nothing:", error);
  }
}

/**
 * How far an arrow key goes to the right and down; null for every other key.
 * @param {KeyboardEvent} event
 */
export const arrowOf = (event) => (isBrowsers(event) ? null : (ARROWS[event.key] ?? null));

/**
 * Let arrow keys move over an element.
 * @param {HTMLElement} element
 * @param {(right: number, down: number, event: KeyboardEvent) => boolean | void} step
 *   false means that this arrow has no use here, and is left to the browser.
 */
export function walk(element, step) {
  element.addEventListener("keydown", (event) => {
    const arrow = arrowOf(event);
    if (arrow && step(...arrow, event) !== false) event.preventDefault();
  });
}
