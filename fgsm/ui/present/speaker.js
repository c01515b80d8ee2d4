// @ts-check
// The speaker's window: notes, what comes next, and the time. It follows the presentation, and steps it.
// All it needs has come when it is open; it asks no server.

import { find, findAll } from "../shared/dom.js";
import { actionOf } from "./keys.js";
import { channelOf } from "./channel.js";

/** @typedef {import("./channel.js").News} News */

const channel = new BroadcastChannel(channelOf(window.name));
/** @type {News | null} */
let news = null;

channel.onmessage = (/** @type {MessageEvent} */ { data }) => {
  if (data?.kind !== "news") return;
  news = data.news;
  show(data.news);
};
for (const button of findAll(document, "button"))
  button.addEventListener("click", () => act(button.dataset.action ?? ""));
addEventListener("keydown", (event) => {
  const isButton = document.activeElement?.matches("button:focus-visible") ?? false;
  const action = actionOf(event, isButton ? "button" : null);
  // A window may become full screen, and open another, only at a key of its own.
  if (!action || ["fullscreen", "speaker"].includes(action)) return;
  event.preventDefault();
  act(action);
});
setInterval(showTime, 500);
showTime();
channel.postMessage({ kind: "hello" });

function act(/** @type {string} */ action) {
  if (action !== "nothing" && action !== "leave") channel.postMessage({ kind: "action", action });
}

function show(/** @type {News} */ { story, number, count, title, notes, next, seen, isBlank, isOver, problem }) {
  document.body.dataset.state = isOver ? "over" : isBlank ? "blank" : "on";
  const hasStory = story !== "";
  text("h1", isOver ? "The presentation was left." : hasStory ? title : "Next begins the talk.");
  text(".place", hasStory ? `${number} of ${count}` : "");
  text(".notes", isOver ? "" : notes);
  text(".upcoming", isOver || !hasStory ? "" : next === null ? "This is the last step." : `Next: ${next}`);
  text(".seen", isBlank ? "The screen is blank." : seen);
  text(".problem", problem);
  showTime();
}

function showTime() {
  const now = new Date();
  const begun = news?.begun ?? null;
  text(".clock", now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  text(".since", begun === null ? "0:00" : minutes((now.getTime() - begun) / 1000));
}

/** Seconds as minutes and seconds. */
function minutes(/** @type {number} */ seconds) {
  const whole = Math.max(Math.floor(seconds), 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** @param {string} selector @param {string} words */
function text(selector, words) {
  const element = find(document, selector);
  if (element.textContent !== words) element.textContent = words;
}
