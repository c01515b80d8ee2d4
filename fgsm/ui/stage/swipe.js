// @ts-check
// Moving epsilon with a finger on a picture: sideways; up and down still scrolls the page.

const SIDEWAYS = 8; // pixels; less may be the beginning of a scroll

/**
 * Where a swipe has taken epsilon: across the whole window it goes through all of them.
 * @param {number} from the index it began at
 * @param {number} right how far the finger has moved to the right, in pixels
 * @param {number} width of the window, in pixels
 * @param {number} last the largest index
 */
export const swiped = (from, right, width, last) => from + Math.round((right / width) * last);

/**
 * Let a finger move epsilon on the element, whose style must leave only up and down to the browser.
 * @param {HTMLElement} element
 * @param {() => number} where the index of epsilon
 * @param {number} last
 * @param {(k: number) => void} move
 */
export function swipe(element, where, last, move) {
  /** @type {{ id: number, x: number, y: number, k: number } | null} */
  let begun = null;
  let isSideways = false;
  element.addEventListener("pointerdown", ({ pointerId, pointerType, isPrimary, clientX, clientY }) => {
    if (pointerType === "mouse" || !isPrimary) return;
    begun = { id: pointerId, x: clientX, y: clientY, k: where() };
    isSideways = false;
  });
  element.addEventListener("pointermove", ({ pointerId, clientX, clientY }) => {
    if (pointerId !== begun?.id) return;
    const right = clientX - begun.x;
    isSideways ||= Math.abs(right) > Math.max(SIDEWAYS, Math.abs(clientY - begun.y));
    if (isSideways) move(swiped(begun.k, right, innerWidth, last));
  });
  for (const end of ["pointerup", "pointercancel"]) // the browser cancels it when the page scrolls
    element.addEventListener(end, () => { begun = null; });
}
