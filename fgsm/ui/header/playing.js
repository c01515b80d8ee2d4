// @ts-check
// Stories, and the two ways to be led through one: beside the page, or on a projector. One begins at a
// button, with the page's address, or with a file that was dropped on the page.

import { find } from "../shared/dom.js";
import { modes } from "../shared/modes.js";
import { Presentation } from "../present/present.js";
import { onShown, shown, stage } from "../stage/shown.js";
import { builtIn, called, inFile } from "../stories/library.js";
import { guide } from "./tour.js";

/** @typedef {import("../stories/story.js").Story} Story */

/**
 * @param {HTMLElement} element the header's
 * @param {object} given
 * @param {import("../present/curve.js").Measured[]} given.curves
 * @param {import("../shared/qr.js").Ask} given.qr
 */
export function playStories(element, { curves, qr }) {
  const tour = guide(element);
  const presentation = new Presentation(find(element, ".present"), { curves, qr, before: tour.leave });
  find(element, ".start-tour").onclick = () => tour.start(builtIn("tour"));
  find(element, ".start-present").onclick = () => presentation.start();
  const play = async (/** @type {() => Promise<Story>} */ load) => {
    try {
      const story = await load();
      if (modes.present || presentation.isOn) presentation.start(story);
      else tour.start(story);
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      if (presentation.isOn) presentation.surface.say(message);
      else stage.say(message);
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
