// @ts-check
// The tabs, as Gradio has them: a list of buttons, each of which shows its panel and hides the others.

import { findAll } from "../../ui/shared/dom.js";
import { arrowOf } from "../../ui/shared/keys.js";

/**
 * Let the tabs be turned to, with mouse and keyboard.
 * @param {HTMLElement} root
 * @param {(panel: HTMLElement) => void} opened called whenever a panel is shown
 */
export function makeTabs(root, opened) {
  const buttons = findAll(root, ":scope > .tab-wrapper [role=tab]", HTMLButtonElement);
  for (const [i, button] of buttons.entries()) {
    button.onclick = () => turnTo(button);
    button.addEventListener("keydown", (event) => {
      const step = arrowOf(event)?.[0];
      if (!step) return;
      event.preventDefault(); // or the page would scroll sideways
      const other = buttons[(i + step + buttons.length) % buttons.length];
      turnTo(other);
      other.focus();
    });
  }

  function turnTo(/** @type {HTMLButtonElement} */ chosen) {
    for (const button of buttons) {
      const isChosen = button === chosen;
      button.ariaSelected = String(isChosen);
      button.tabIndex = isChosen ? 0 : -1;
      const panel = panelOf(button);
      panel.hidden = !isChosen;
      if (isChosen) opened(panel);
    }
  }
}

const panelOf = (/** @type {HTMLElement} */ button) =>
  /** @type {HTMLElement} */ (document.getElementById(button.getAttribute("aria-controls") ?? ""));
