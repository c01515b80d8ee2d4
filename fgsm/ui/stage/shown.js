// @ts-check
// What the stage shows, for the header, the other tabs and the tour.

/** @typedef {import("../contract").AttackRequest} AttackRequest */
/** @typedef {import("../contract").Comparison} Comparison */
/** @typedef {import("../contract").Stage} Stage */

/**
 * @typedef {object} Shown
 * @property {AttackRequest | null} request what was asked for; null before anything is shown
 * @property {number} k which epsilon
 * @property {{ model: string }[]} stages one for each model
 * @property {Comparison | null} comparison of all models, for the same request; null until it is known
 */

/** @type {Shown} */
export const shown = { request: null, k: 0, stages: [], comparison: null };

/** @type {Set<() => void>} */
const listeners = new Set();

/** Call back whenever something else is shown; at once if something is shown already. */
export function onShown(/** @type {() => void} */ changed) {
  listeners.add(changed);
  if (shown.request) changed();
}

/** Called by the stage to say what it shows. */
export function tell(/** @type {Partial<Shown>} */ changes) {
  Object.assign(shown, changes);
  listeners.forEach((each) => each());
}

/**
 * What others may do with the stage; `stage.js` sets it.
 * - `show` a digit under an attack, at an epsilon; what is left out of the request is as on the first
 *   page;
 * - `keep` what is shown, drawing included; it returns what shows that again.
 * @type {{ show: (request: Partial<AttackRequest>, k: number) => void, keep: () => () => void }}
 */
export const stage = { show: () => {}, keep: () => () => {} };
