// @ts-check
// The page's address: it always says what is shown. Back and Forward walk through digits and tabs;
// everything else changes the address without an entry in the history.

import { onMoved, onShown, shown, stage, tell } from "../stage/shown.js";
import { appeared, find } from "./dom.js";
import { HOME } from "./home.js";
import { guest, isForOthers } from "./host.js";
import { modes } from "./modes.js";
import { FIRST, NAMES, readLink, written, writtenModes } from "./state.js";
import { KEYS } from "./words.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Tab} Tab */

const REST = 250; // milliseconds without a change; browsers limit how often an address may change
const SPACES = "https://huggingface.co";

/** @type {(() => void) | null} What ends the story that is on, which holds the address. */
let leaveStory = null;
/** @type {number | undefined} */
let timer;
let place = ""; // the digit and the tab that the address says

/** What is shown now. @returns {State} */
export function current() {
  const tab = tabShown();
  return { ...stage.state(), tab, figure: tab === "how" ? shown.figure : null, reach: shown.reach };
}

/** Show a state. */
export function restore(/** @type {State} */ state) {
  stage.restore(state);
  turnTo(state);
}

/** Turn to the tab of a state, and to what is looked at there. */
function turnTo(/** @type {State} */ { tab, figure, reach }) {
  if (tab !== tabShown()) find(document, `#${tab}-button`).click();
  tell({ reach, figure });
  if (tab === "how" && figure && !guest) lookAt(figure);
}

/** The address of a state, absolute: what it says, and what is hidden. */
export function linkOf(/** @type {State} */ state = current()) {
  const url = new URL(guest || !isForOthers(location.href) ? HOME : location.href);
  url.search = "";
  url.hash = textOf(state);
  return url.href;
}

/** A link as people read it: of a file on a disk, its name is all that means anything to others. */
export const readable = (/** @type {string} */ link) => (isForOthers(link) ? link : link.replace(/^[^#]*\//, ""));

/**
 * While a story is on, the address stays as it is: a story shows its own states.
 * @param {(() => void) | null} leave what ends it; null when it has ended
 */
export function hold(leave) {
  leaveStory = leave;
  if (!leave) changed();
}

/** Turn to the tab that the page was opened with, and let the address follow what is shown from there on. */
export function followAddress(/** @type {State} */ state) {
  turnTo(state);
  place = placeOf(state);
  if (guest) return;
  onMoved(changed);
  onShown(changed);
  onTab(changed);
  addEventListener("popstate", goBack);
}

/** Call back when another tab is shown: a moment after the click, and Gradio's tabs tell nobody. */
export function onTab(/** @type {() => void} */ turned) {
  const tabs = find(document, "#tabs > .tab-wrapper");
  // Where there is not enough room, Gradio makes them anew.
  new MutationObserver(turned).observe(tabs, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["aria-selected"],
  });
}

/** What was chosen is refused, and what is shown is chosen again: an address that says it is mended. */
export function correct() {
  place = placeOf(current());
  changed();
}

function changed() {
  clearTimeout(timer);
  timer = setTimeout(write, REST);
}

function write() {
  if (guest || leaveStory || !shown.request) return; // a guest's address is someone else's
  const state = current();
  // Once loaded again, it is embedded again.
  const embed = modes.embed && !new URLSearchParams(location.search).has("embed");
  const hash = `#${textOf(state, embed)}`;
  if (hash === location.hash || (!location.hash && isFirst(state))) return;
  const isElsewhere = placeOf(state) !== place;
  place = placeOf(state);
  const url = `${location.pathname}${foreign(location.search)}${hash}`;
  // The history of a frame is that of the page around it, where Back means something else.
  if (isElsewhere && !modes.embed) history.pushState(null, "", url);
  else history.replaceState(history.state, "", url);
  tellSpace();
}

/** A Space is shown in a frame; so the address that its visitor sees is told too. */
function tellSpace() {
  if (parent !== window && document.referrer.startsWith(SPACES)) parent.postMessage({ hash: location.hash }, SPACES);
}

/** Back, Forward, or another hash typed into the address. */
async function goBack() {
  clearTimeout(timer);
  try {
    const { state, modes: wanted } = readLink(location.hash, location.search);
    if (isOtherwise(wanted)) return location.reload();
    if (leaveStory) {
      leaveStory(); // or its words would be about something else
      await new Promise((done) => setTimeout(done)); // until Gradio has turned back to its tab
      clearTimeout(timer);
    }
    place = placeOf(state ?? FIRST);
    restore(state ?? FIRST);
    tellSpace();
  } catch (error) {
    stage.say(`${/** @type {Error} */ (error).message} What is shown stays.`);
  }
}

/**
 * Whether a link wants the page to behave otherwise than it does, for which it must be loaded anew.
 * What the page began with, a talk perhaps, is in no later link, and is not begun again.
 */
function isOtherwise(/** @type {import("./state.js").Modes} */ wanted) {
  const lasting = (/** @type {typeof wanted} */ each) => writtenModes({ ...each, present: false, tour: null });
  const begins = (wanted.present && !modes.present) || (wanted.tour !== null && wanted.tour !== modes.tour);
  return begins || lasting(wanted) !== lasting(modes);
}

/** The query without what is now in the hash. */
function foreign(/** @type {string} */ search) {
  const query = new URLSearchParams(search);
  for (const name of NAMES) query.delete(name);
  const text = query.toString().replaceAll(/=(?=&|$)/g, ""); // "present" stays as short as it was
  return text && `?${text}`;
}

const textOf = (/** @type {State} */ state, embed = false) =>
  [written(state), writtenModes({ ...modes, present: false, embed, tour: null })].filter(Boolean).join("&");

/** What Back and Forward walk through. A drawing is one place, however it grows. */
const placeOf = (/** @type {State} */ { source, index, pixels, tab }) =>
  `${source === KEYS.DRAWING ? "" : pixels ?? index} ${source} ${tab}`;

const isFirst = (/** @type {State} */ state) => written(state) === written(FIRST);

/** @returns {Tab} */
function tabShown() {
  const button = document.querySelector("#tabs > .tab-wrapper [role=tab][aria-selected=true]");
  return /** @type {Tab} */ (button?.id.replace(/-button$/, "") ?? FIRST.tab);
}

/** Scroll to a figure of How it works, to its top if it is higher than the window; those above it may still grow. */
async function lookAt(/** @type {string} */ figure) {
  const element = await appeared(`.figure[data-figure="${figure}"]`);
  if (!element) return;
  const look = () => element.scrollIntoView({ block: element.offsetHeight > innerHeight ? "start" : "center" });
  const observer = new ResizeObserver(look);
  observer.observe(find(document, "#how"));
  for (const ends of ["wheel", "touchmove", "keydown", "pointerdown"])
    addEventListener(ends, () => observer.disconnect(), { once: true, passive: true });
  setTimeout(() => observer.disconnect(), 3_000);
  look();
}
