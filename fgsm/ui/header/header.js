// @ts-check
// The line above the tabs: which model the stage shows, and how well it reads clean digits.

import { find } from "../shared/dom.js";
import { KEYS, modelName, sourceOf } from "../shared/words.js";
import { onShown, shown } from "../stage/shown.js";
import { startTour } from "./tour.js";

/** @typedef {import("../shared/dom.js").View} View */

export function start(/** @type {View} */ { element, props }) {
  const { accuracy, tour } = props.value;
  onShown(() => {
    const models = shown.stages.map(({ model }) => named(model, accuracy[model]));
    const of = models.length === 1 ? ` on ${sourceOf(KEYS.MNIST_TEST).phrase}` : ""; // with two there is no room for it
    find(element, ".about").textContent = `${models.join(" · ")}${of}`;
  });
  startTour(element, tour);
}

/** @param {string} model @param {number | undefined} accuracy missing until it is measured */
const named = (model, accuracy) =>
  accuracy === undefined ? modelName(model) : `${modelName(model)}: ${(100 * accuracy).toFixed(1)} %`;
