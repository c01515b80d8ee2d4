// @ts-check
// What the address said when the page was opened: what to show, and how to behave.

import { guest } from "./host.js";
import { readLink } from "./state.js";

/** @typedef {import("./state.js").Modes} Modes */
/** @typedef {import("./state.js").State} State */

/** @returns {{ state: State | null, modes: Modes, problem: string | null }} */
function opened() {
  // Unit tests have no address; a guest is told by its element what to show.
  const said = guest ? { hash: guest.dataset.link ?? "", search: "" } : globalThis.location;
  const { hash, search } = said ?? { hash: "", search: "" };
  // A frame stays one, whatever is wrong with the rest of its address.
  const embed = guest !== null || (new URLSearchParams(search).get("embed") ?? "0") !== "0";
  try {
    const { state, modes } = readLink(hash, search);
    return { state, modes: { ...modes, embed: modes.embed || embed }, problem: null };
  } catch (error) {
    const modes = modesOf(search);
    return { state: null, modes: { ...modes, embed }, problem: `${/** @type {Error} */ (error).message} So here is the first page.` };
  }
}

/** What the query alone says, whatever is wrong with the hash: a worksheet goes on hiding what it hides. */
function modesOf(/** @type {string} */ search) {
  try {
    return readLink("", search).modes;
  } catch {
    return readLink("", "").modes;
  }
}

/** `linked` is the state that was linked to, if any; `problem` says what is wrong with the link. */
export const { state: linked, modes, problem } = opened();

/** Whether a control is left away, as a worksheet may want it. */
export const isHidden = (/** @type {string} */ name) => modes.hide.includes(name);
