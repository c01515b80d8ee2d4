// @ts-check
// The connection to the server: whether it is there, and a line that says when it is lost and when
// it is back.

import { create } from "./dom.js";

export const TOO_LONG = 15_000; // milliseconds for an answer; then the connection counts as lost
const PAUSE = 1_500; // milliseconds between two looks for a server that is lost
const PATIENCE = 3_000;
const GOOD_NEWS = 6_000; // how long the page says that the connection is back

/** @type {HTMLElement | null} */
let line = null;
/** @type {Promise<void> | null} */
let returning = null; // while the server is lost: fulfilled when it is back
/** @type {number | undefined} */
let timer;

/** Put the line on the page: a screen reader announces only what changes in a line it knows. */
export function prepare() {
  if (line) return;
  line = create("p", "connection ours");
  line.role = "status";
  (document.querySelector(".gradio-container") ?? document.body).append(line);
}

/** The server has too much to do, and will be asked again in so many seconds: say so. */
export function busy(/** @type {number} */ seconds) {
  if (returning) return; // it is lost, which says more
  clearTimeout(timer);
  say("busy", `The server is busy: asking again in ${seconds} s. What you see keeps working.`);
}

/** The server has answered: it is not busy any more. */
export function free() {
  if (line?.dataset.state === "busy") say("", "");
}

/** Whether the server answers. */
export async function isUp() {
  return (await look()) !== null;
}

/** The server is lost: say so. Fulfilled when it is back. */
export function lost() {
  returning ??= comeBack().finally(() => { returning = null; });
  return returning;
}

async function comeBack() {
  clearTimeout(timer);
  say("lost", "Connection lost. What you see keeps working; what you ask for is answered when the server is back.");
  let response;
  while (!(response = await look())) await new Promise((done) => setTimeout(done, PAUSE));
  if (isOlder(response)) return say("old", "The server is back with a new version of this page: please load the page again.");
  say("back", "The connection is back.");
  timer = setTimeout(() => say("", ""), GOOD_NEWS);
}

/** The server's answer to a request for this file; null if there is none. */
async function look() {
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const response = await fetch(import.meta.url, { method: "HEAD", cache: "no-store", signal });
    return response.ok ? response : null;
  } catch {
    return null;
  }
}

/** Whether the server has other files by now: those of a page that was loaded before are not kept. */
const isOlder = (/** @type {Response} */ { headers }) =>
  !headers.get("Cache-Control")?.includes("immutable");

/** @param {string} state @param {string} words */
function say(state, words) {
  prepare();
  if (!line) return;
  line.dataset.state = state;
  line.textContent = words;
}
