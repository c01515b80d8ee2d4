// @ts-check
// Which keys an embedded page passes on to the page around it, such as a presentation's next slide:
// those that turn pages there, and mean nothing where the focus is.

import { isBrowsers } from "../shared/keys.js";

const TYPING = "input:not([type=range], [type=checkbox]), textarea, select";
/** What moves with arrow keys, Home and End. */
const MOVING = `${TYPING}, input[type=range], canvas, .thumbnails, .scroll, [role=tab], [role=slider], [role=application]`;
/** What Space presses, opens, or draws with. */
const PRESSED = `${TYPING}, input[type=checkbox], button, summary, .pad`;

/**
 * Where each key has a meaning of its own; a clicker's two keys have none anywhere.
 * @type {Record<string, string | null>}
 */
const OWN = {
  PageDown: null,
  PageUp: null,
  ArrowLeft: MOVING,
  ArrowRight: MOVING,
  ArrowUp: MOVING,
  ArrowDown: MOVING,
  Home: MOVING,
  End: MOVING,
  " ": PRESSED,
  Escape: "select, [role=application]",
};
/** Keys that scroll a frame that is lower than its page. */
const SCROLLING = ["ArrowUp", "ArrowDown", "Home", "End", " "];

/** Whether a key is passed on, once everything in the page has had its chance to use it. */
export function passedOn(/** @type {KeyboardEvent} */ event) {
  const { key, target, defaultPrevented } = event;
  if (defaultPrevented || isBrowsers(event) || !Object.hasOwn(OWN, key)) return false;
  const own = OWN[key];
  if (own !== null && target instanceof Element && target.closest(own)) return false;
  const { scrollHeight, clientHeight } = document.documentElement;
  return !(SCROLLING.includes(key) && scrollHeight > clientHeight);
}
