// @ts-check
// The guided tour. Its steps are data, in tour.json: what is said, what is pointed at, what is shown.

import { find } from "../shared/dom.js";
import { isBrowsers } from "../shared/keys.js";
import { indexOf } from "../shared/words.js";
import { onShown, stage } from "../stage/shown.js";

/**
 * @typedef {object} Step
 * @property {string} title
 * @property {string} text
 * @property {string} target a selector of what is outlined
 * @property {string} [tab] the tab it is on; without one it is on the stage
 * @property {Partial<import("../contract").AttackRequest>} [show] what the stage shows; what is left
 *   out is as on the first page
 * @property {number} [epsilon] likewise
 * @property {string} [open] a selector of something to click
 * @property {"left"} [side] where the words stand; else on the right
 */

/** @param {HTMLElement} element @param {Step[]} tour */
export function startTour(element, tour) {
  const panel = find(element, ".tour");
  const starter = find(element, ".start-tour");
  const [back, next] = [find(panel, ".back", HTMLButtonElement), find(panel, ".next")];
  /** @type {number | null} */
  let step = null; // the number of the step shown; null when there is no tour
  /** @type {HTMLElement | null} */
  let pointedAt = null;

  async function go(/** @type {number} */ to) {
    if (to < 0) return;
    if (to >= tour.length) return leave();
    step = to;
    const { title, text, tab, target, show, epsilon = 0, open, side } = tour[to];
    panel.hidden = false;
    panel.dataset.side = side ?? "right";
    find(panel, ".count").textContent = `${to + 1} of ${tour.length}`;
    find(panel, "h2").textContent = title;
    find(panel, "#fgsm-tour-text").textContent = text;
    back.disabled = to === 0;
    next.textContent = to === tour.length - 1 ? "Done" : "Next ›";
    // The focus stays where it is, so that Enter goes on in the same direction.
    const focused = document.activeElement;
    if (!panel.contains(focused) || (focused instanceof HTMLButtonElement && focused.disabled))
      next.focus({ preventScroll: true });
    if (tab) find(document, `#${tab}-button`).click();
    else stage.show(show ?? {}, indexOf(epsilon));
    if (open) find(document, open).click();
    const found = await appeared(target);
    if (step === to) pointTo(found);
  }

  function pointTo(/** @type {HTMLElement | null} */ target) {
    pointedAt?.classList.remove("is-pointed-at");
    pointedAt = target;
    target?.classList.add("is-pointed-at");
    if (!target) return;
    const isTall = target.offsetHeight > innerHeight / 2; // its end alone would say little
    target.scrollIntoView({ block: isTall ? "start" : "nearest" });
  }

  function leave() {
    step = null;
    panel.hidden = true;
    pointTo(null);
    starter.focus({ preventScroll: true });
  }

  // The stage rebuilds its panels when it goes from one to two, or back.
  onShown(() => {
    if (step !== null && pointedAt && !pointedAt.isConnected)
      pointTo(document.querySelector(tour[step].target));
  });

  starter.onclick = () => go(0);
  find(panel, ".leave").onclick = leave;
  back.onclick = () => go((step ?? 0) - 1);
  next.onclick = () => go((step ?? 0) + 1);
  document.addEventListener("keydown", (event) => {
    if (step === null || isBrowsers(event)) return;
    if (event.key === "Escape") return leave();
    // Where arrow keys have a meaning of their own, they keep it.
    const own = "input, select, .thumbnails, .scroll, canvas, [role=tab]";
    if (event.target instanceof Element && event.target.closest(own)) return;
    if (event.key === "ArrowRight") go(step + 1);
    if (event.key === "ArrowLeft") go(step - 1);
  });
}

/**
 * The element, once it is there: a tab is built when it is first opened.
 * @param {string} selector
 * @returns {Promise<HTMLElement | null>}
 */
async function appeared(selector) {
  for (let tries = 0; tries < 100; tries++) {
    /** @type {HTMLElement | null} */
    const found = document.querySelector(selector);
    if (found?.checkVisibility()) return found;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return null;
}
