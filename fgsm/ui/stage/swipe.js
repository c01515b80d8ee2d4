// @ts-check
// Moving epsilon with a finger on a picture: sideways; up and down still scrolls the page.

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
  /** @type {{ id: number, x: number, k: number } | null} */
  let begun = null;
  element.addEventListener("pointerdown", ({ pointerId, pointerType, isPrimary, clientX }) => {
    if (pointerType !== "mouse" && isPrimary) begun = { id: pointerId, x: clientX, k: where() };
  });
  element.addEventListener("pointermove", ({ pointerId, clientX }) => {
    if (pointerId === begun?.id) move(swiped(begun.k, clientX - begun.x, innerWidth, last));
  });
  for (const end of ["pointerup", "pointercancel"]) // the browser cancels it when the page scrolls
    element.addEventListener(end, () => { begun = null; });
}
