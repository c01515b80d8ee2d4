// @ts-check
// What can be asked: `fgsm/service/__init__.py`, and a run.

import { cell, counts, grid, run } from "./all_digits.js";
import { qr } from "./codes.js";
import { church_window, defence, dimension, directions, eight_bits, linearity } from "./figures.js";
import { picture } from "./incoming.js";
import { attack, compare } from "./stage.js";

/**
 * The functions of the service by their names. Each takes any JSON, and returns an answer, a promise of
 * one, or, if it takes long, an iterator that gives way between its parts.
 * @type {Record<string, (request: unknown) => unknown>}
 */
export const SERVICE = {
  attack,
  compare,
  directions,
  linearity,
  dimension,
  church_window,
  eight_bits,
  defence,
  counts,
  grid,
  cell,
  picture,
  qr,
  run,
};
