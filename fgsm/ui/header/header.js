// @ts-check
// The line above the tabs: which model the stage shows, how well it reads clean digits, and the two ways
// to be led through a story.

import { find } from "../shared/dom.js";
import { modes } from "../shared/modes.js";
import { KEYS, modelName, sourceOf } from "../shared/words.js";
import { Presentation } from "../present/present.js";
import { onShown, shown, stage } from "../stage/shown.js";
import { builtIn, called, inFile } from "../stories/library.js";
import { guide } from "./tour.js";

/** @typedef {import("../shared/dom.js").View} View */
/** @typedef {import("../stories/story.js").Story} Story */

export function start(/** @type {View} */ { element, props, server }) {
  const { accuracy, curves } = props.value;
  onShown(() => {
    const models = shown.stages.map(({ model }) => named(model, accuracy[model]));
    const of = models.length === 1 ? ` on ${sourceOf(KEYS.MNIST_TEST).phrase}` : ""; // with two there is no room for it
    find(element, ".about").textContent = `${models.join(" · ")}${of}`;
  });
  const tour = guide(element);
  const presentation = new Presentation(find(element, ".present"), { curves, qr: server.qr, before: tour.leave });
  find(element, ".start-tour").onclick = () => tour.start(builtIn("tour"));
  find(element, ".start-present").onclick = () => presentation.start();
  const play = async (/** @type {() => Promise<Story>} */ load) => {
    try {
      const story = await load();
      if (modes.present || presentation.isOn) presentation.start(story);
      else tour.start(story);
    } catch (error) {
      stage.say(/** @type {Error} */ (error).message);
    }
  };
  document.addEventListener("fgsm-file", (event) => {
    const { file } = /** @type {CustomEvent<{ file: File }>} */ (event).detail;
    play(() => inFile(file));
  });
  once(() => {
    if (modes.present) presentation.start();
    const { tour: name } = modes;
    if (name !== null) play(() => called(name));
  });
}

/** Call back when the stage has shown something for the first time, and has said what it has to say. */
function once(/** @type {() => void} */ begin) {
  let isBegun = false;
  onShown(() => {
    if (isBegun || !shown.stages.length) return;
    isBegun = true;
    setTimeout(begin);
  });
}

/** @param {string} model @param {number | undefined} accuracy missing until it is measured */
const named = (model, accuracy) =>
  accuracy === undefined ? modelName(model) : `${modelName(model)}: ${(100 * accuracy).toFixed(1)} %`;
