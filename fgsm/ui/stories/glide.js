// @ts-check
// Moving epsilon by itself, as a story does: steadily from one place to another.

import { LAST } from "../shared/words.js";

const PAST = 4; // steps of epsilon beyond a breaking point, so that one sees that it is passed

/** Where epsilon goes if it is to pass the breaking point, or the last of several. */
export function pastBreak(/** @type {{ breaking_point: number | null }[]} */ stages, /** @type {(epsilon: number) => number} */ indexOf) {
  const points = stages.map(({ breaking_point: point }) => (point === null ? LAST : indexOf(point) + PAST));
  return Math.min(Math.max(...points), LAST);
}

/**
 * Where epsilon is on its way; slower at both ends, so that the eye can follow.
 * @param {number} from
 * @param {number} to
 * @param {number} part of the time, 0 to 1
 */
export function between(from, to, part) {
  const eased = part < 0.5 ? 2 * part ** 2 : 1 - 2 * (1 - part) ** 2;
  return from + (to - from) * eased;
}

/** The grid's place at or below, so that nothing changes before epsilon has got there. */
export const reached = (/** @type {number} */ at) => Math.floor(at + 1e-6);

/**
 * Call `move` in every frame with a place on the way, and at last with the end. For people who want
 * nothing to move, only with the end.
 * @param {number} from
 * @param {number} to
 * @param {number} seconds
 * @param {(at: number) => void} move
 * @returns {() => void} stops it where it is
 */
export function glide(from, to, seconds, move) {
  let isStopped = false;
  const stop = () => { isStopped = true; };
  if (seconds === 0 || from === to || matchMedia("(prefers-reduced-motion: reduce)").matches) {
    move(to);
    return stop;
  }
  /** @type {number | undefined} */
  let begun;
  const frame = (/** @type {number} */ now) => {
    if (isStopped) return;
    begun ??= now;
    const part = Math.min((now - begun) / (1000 * seconds), 1);
    move(between(from, to, part));
    if (part < 1) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  return stop;
}
