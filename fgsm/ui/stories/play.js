// @ts-check
// Playing a step of a story: its state, then epsilon on its way.

import { indexOf } from "../shared/words.js";
import { shown, stage } from "../stage/shown.js";
import { glide, pastBreak, reached } from "./glide.js";

/** @typedef {import("./story.js").Step} Step */

const PAUSE = 700; // milliseconds, for what is shown to be seen before epsilon sets out

/**
 * Move epsilon as a step says, once the stage shows what was chosen.
 * @param {Step} step
 * @param {boolean} isForward else it is there at once: who goes back has seen it move
 * @param {(at: number) => void} [follow] is told every place on the way, between two of the grid too
 * @returns {() => void} stops it
 */
export function move({ to, seconds }, isForward, follow = () => {}) {
  let isStopped = false;
  let stopGlide = () => {};
  const go = async () => {
    while (!isStopped && !isSettled()) await new Promise(requestAnimationFrame);
    if (isForward && !isStopped) await new Promise((done) => setTimeout(done, PAUSE));
    if (isStopped || to === null) return;
    const end = to === "break" ? pastBreak(shown.stages, indexOf) : to;
    let last = -1;
    stopGlide = glide(shown.k, end, isForward ? seconds : 0, (at) => {
      const k = reached(at);
      if (k !== last) stage.move(k);
      last = k;
      follow(at);
    });
  };
  if (to !== null) go();
  return () => {
    isStopped = true;
    stopGlide();
  };
}

/** Whether the stage shows what was chosen last. */
function isSettled() {
  const { request } = shown;
  const chosen = stage.state();
  return request !== null && request.source === chosen.source && request.index === chosen.index
    && request.attack === chosen.attack && request.model === chosen.model
    && (request.twin ?? false) === chosen.twin && (request.target ?? null) === chosen.target;
}
