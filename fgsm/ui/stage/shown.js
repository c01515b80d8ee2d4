// @ts-check
// What the stage shows, for the header, the other tabs, the tour and the address.

import { FIRST } from "../shared/state.js";

/** @typedef {import("../contract").AttackRequest} AttackRequest */
/** @typedef {import("../contract").Comparison} Comparison */
/** @typedef {import("../shared/state.js").State} State */
/** @typedef {import("./panel.js").LoadedStage} LoadedStage */

/**
 * @typedef {object} Shown
 * @property {AttackRequest | null} request what was asked for; null before anything is shown
 * @property {number} k which epsilon
 * @property {LoadedStage[]} stages one for each model
 * @property {Comparison | null} comparison of all models, for the same request; null until it is known
 * @property {string | null} figure of How it works that is looked at; null before that tab is opened
 * @property {number} reach the church window's
 */

/** @type {Shown} */
export const shown = { request: null, k: 0, stages: [], comparison: null, figure: null, reach: FIRST.reach };

/** @type {Set<() => void>} */
const onShownListeners = new Set();
/** @type {Set<() => void>} */
const onMovedListeners = new Set();

/** Call back whenever something else is shown; at once if something is shown already. */
export function onShown(/** @type {() => void} */ changed) {
  onShownListeners.add(changed);
  if (shown.request) changed();
}

/** Call back whenever something else is chosen, and whenever epsilon has moved: at most once a frame. */
export function onMoved(/** @type {() => void} */ moved) {
  onMovedListeners.add(moved);
}

/** Say what is shown. */
export function tell(/** @type {Partial<Shown>} */ changes) {
  Object.assign(shown, changes);
  onShownListeners.forEach((each) => each());
}

/** Say that something else is chosen, or that epsilon has moved. */
export function tellMoved() {
  onMovedListeners.forEach((each) => each());
}

/**
 * What others may do with the stage; `stage.js` sets it.
 * - `show` a digit under an attack, at an epsilon; what is left out of the request is as on the first
 *   page;
 * - `move` epsilon;
 * - `state` says what is chosen, whether or not the server has answered yet; `restore` chooses it again;
 * - `prefetch` asks for the answers to states and keeps them, so that they are shown later without
 *   asking anybody; fulfilled when all are here, with an error if one is not to be had;
 * - `say` a sentence to the visitor;
 * - `keep` what is shown, drawing included; it returns what shows that again.
 * @typedef {object} StageControl
 * @property {(request: Partial<AttackRequest>, k: number) => void} show
 * @property {(k: number) => void} move
 * @property {() => Omit<State, "tab" | "figure" | "reach">} state
 * @property {(state: State) => void} restore
 * @property {(states: State[]) => Promise<void>} prefetch
 * @property {(sentence: string) => void} say
 * @property {() => () => void} keep
 */

/** @type {StageControl} */
export const stage = {
  show: () => {},
  move: () => {},
  state: () => FIRST,
  restore: () => {},
  prefetch: async () => {},
  say: () => {},
  keep: () => () => {},
};
