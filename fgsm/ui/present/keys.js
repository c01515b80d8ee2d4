// @ts-check
// What a key does in a presentation, whatever has the focus: as in other programs that present, so
// that any clicker works.

import { isBrowsers } from "../shared/keys.js";

/**
 * @typedef {"next" | "back" | "first" | "last" | "more" | "less" | "break" | "blank" | "fullscreen"
 *   | "palette" | "qr" | "speaker" | "keys" | "leave"} Action
 */

/** @type {Record<string, Action>} */
const ACTIONS = {
  PageDown: "next", ArrowRight: "next", ArrowDown: "next", Enter: "next", " ": "next",
  PageUp: "back", ArrowLeft: "back", ArrowUp: "back",
  Home: "first", End: "last",
  "+": "more", "-": "less", ".": "break",
  b: "blank", f: "fullscreen", d: "palette", q: "qr", n: "speaker", "?": "keys",
  Escape: "leave",
};
const DRAWS = ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", " "];
const PRESSES = ["Enter", " "];
const GO_ON = ["more", "less"]; // while the key is held

/**
 * @param {Pick<KeyboardEvent, "key" | "shiftKey" | "altKey" | "ctrlKey" | "metaKey" | "repeat">} event
 * @param {"pad" | "button" | null} focused what the keyboard has brought the focus to: the pad draws with
 *   arrow keys and Space, a button is pressed with Enter or Space
 * @returns {Action | "nothing" | null} null for a key that is left to others
 */
export function actionOf(event, focused) {
  const { key, shiftKey, repeat } = event;
  if (isBrowsers(/** @type {KeyboardEvent} */ (event))) return null;
  if (focused === "pad" && DRAWS.includes(key)) return null;
  if (focused === "button" && PRESSES.includes(key)) return null;
  const name = key.length === 1 ? key.toLowerCase() : key;
  if (!Object.hasOwn(ACTIONS, name)) return null;
  const action = key === " " && shiftKey ? "back" : ACTIONS[name];
  return repeat && !GO_ON.includes(action) ? "nothing" : action;
}
