// @ts-check
// The chart as a slider of epsilon, for the keyboard and for people who do not see it.

import { walk } from "../shared/keys.js";
import { EPSILONS, LARGEST, LAST, epsilonText } from "../shared/words.js";

const JUMP = 10; // steps, for Page Up and Page Down

/**
 * Make an element a slider of epsilon.
 * @param {HTMLElement} element
 * @param {(k: number) => void} onEpsilon
 * @returns {(k: number, label: string, text: string) => void} says where epsilon is, what the chart
 *   is, and what is read at that place
 */
export function chartSlider(element, onEpsilon) {
  let at = 0;
  element.role = "slider";
  element.tabIndex = 0;
  element.ariaValueMin = "0";
  element.ariaValueMax = String(LARGEST);
  walk(element, (right, down) => onEpsilon(at + right - down));
  element.addEventListener("keydown", (event) => {
    const k = { Home: 0, End: LAST, PageUp: at + JUMP, PageDown: at - JUMP }[event.key];
    if (k === undefined) return;
    event.preventDefault();
    onEpsilon(k);
  });
  return (k, label, text) => {
    at = k;
    element.ariaLabel = label;
    element.ariaValueNow = String(EPSILONS[k]);
    element.ariaValueText = `epsilon ${epsilonText(k)}: ${text}`;
  };
}
