// @ts-check
// The line above the tabs: which model the stage shows, and where it runs.

import { find } from "../shared/dom.js";
import { modelName } from "../shared/words.js";
import { onShown, shown } from "../stage/shown.js";
import { startTour } from "./tour.js";

/** @typedef {import("../shared/dom.js").View} View */

export function start(/** @type {View} */ { element, props }) {
  const { accuracy, device, tour } = props.value;
  onShown(() => {
    const models = shown.stages.map(({ model }) => named(model, accuracy[model]));
    const of = models.length === 1 ? " on clean digits" : ""; // with two there is no room for it
    find(element, ".about").textContent = `${models.join(" · ")}${of} · ${device}`;
  });
  startTour(element, tour);
}

/** @param {string} model @param {number | undefined} accuracy missing until it is measured */
const named = (model, accuracy) =>
  accuracy === undefined ? modelName(model) : `${modelName(model)} ${(100 * accuracy).toFixed(1)} %`;
