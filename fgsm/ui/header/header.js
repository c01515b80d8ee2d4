// @ts-check
// The line above the tabs: which model the stage shows, how well it reads clean digits, and the two ways
// to be led through a story.

import { linkOf } from "../shared/address.js";
import { copied } from "../shared/clipboard.js";
import { create, find } from "../shared/dom.js";
import { KEYS, modelName, sourceOf } from "../shared/words.js";
import { onShown, shown } from "../stage/shown.js";
import { playStories } from "./playing.js";

/** @typedef {import("../shared/dom.js").View} View */

export function start(/** @type {View} */ { element, props, server }) {
  const { accuracy, curves } = props.value;
  onShown(() => {
    const models = shown.stages.map(({ model }) => named(model, accuracy[model]));
    const of = models.length === 1 ? `on ${sourceOf(KEYS.MNIST_TEST).phrase}` : ""; // with two there is no room for it
    find(element, ".about").replaceChildren(create("span", "", models.join(" · ")), " ", create("span", "", of));
  });
  playStories(element, { curves, qr: server.qr });
  copyLink(find(element, ".copy-link"));
}

/** The button says itself that the link is copied, aloud too; then it is as before. */
function copyLink(/** @type {HTMLElement} */ button) {
  const name = button.textContent;
  /** @type {number | undefined} */
  let timer;
  button.ariaLive = "polite";
  button.onclick = async () => {
    const isCopied = await copied(linkOf());
    button.textContent = isCopied ? "Copied" : "Copy the address above";
    clearTimeout(timer);
    timer = setTimeout(() => { button.textContent = name; }, 2_500);
  };
}

/** @param {string} model @param {number | undefined} accuracy missing until it is measured */
const named = (model, accuracy) =>
  accuracy === undefined ? modelName(model) : `${modelName(model)}: ${(100 * accuracy).toFixed(1)} %`;
