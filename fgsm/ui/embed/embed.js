// @ts-check
// The page inside another one, in a frame (`?embed`) or as `<gradio-app>`: without its own title and
// tabs, as high as what it shows, and without keeping the keys that it has no use for. The messages to
// the page around it are described in docs/embedding.md.

import { current, linkOf, onTab } from "../shared/address.js";
import { create, find } from "../shared/dom.js";
import { guest } from "../shared/host.js";
import { linked, modes } from "../shared/modes.js";
import { FIRST } from "../shared/state.js";
import { onMoved, onShown } from "../stage/shown.js";
import { passedOn } from "./keys.js";

const VERSION = 1; // of the messages; a later version only adds to them

let isEmbedded = false;
let told = 0; // which height

/** Set it up, if the page is embedded; once, however often it is called. */
export function embed() {
  if (isEmbedded || !modes.embed) return;
  isEmbedded = true;
  // Whoever says which theme it is knows what is behind the page.
  const isSaid = guest ? guest.hasAttribute("theme_mode") : new URLSearchParams(location.search).has("__theme");
  (guest ?? document.documentElement).dataset.embed = isSaid ? "transparent" : "";
  const container = find(guest ?? document, ".gradio-container");
  addLink(container);
  if (guest || parent === window) return;
  const look = () => tellHeight(container);
  new ResizeObserver(look).observe(container);
  onShown(look); // browsers let observers of a frame rest while it is out of sight
  document.addEventListener("keydown", passOn);
}

/** A link to the same state as a page of its own, and the way back to the tab that the link showed. */
function addLink(/** @type {HTMLElement} */ container) {
  const { tab } = linked ?? FIRST;
  const line = create("p", "open-page ours");
  const back = create("button", "back", "‹ Back");
  back.type = "button";
  back.onclick = () => find(container, `#${tab}-button`).click();
  const link = create("a", "", "Open the page");
  link.target = "_blank";
  link.rel = "noopener";
  line.append(back, link);
  container.append(line);
  const follow = () => {
    link.href = linkOf();
    back.hidden = current().tab === tab;
  };
  onShown(follow);
  onMoved(follow);
  onTab(follow);
}

function tellHeight(/** @type {HTMLElement} */ container) {
  const height = Math.ceil(container.getBoundingClientRect().height);
  // Without a width, the frame is not shown: it is on another slide perhaps.
  if (height === told || innerWidth === 0) return;
  told = height;
  tell({ type: "fgsm:height", height });
}

function passOn(/** @type {KeyboardEvent} */ event) {
  if (!passedOn(event)) return;
  event.preventDefault();
  tell({ type: "fgsm:key", key: event.key, shift: event.shiftKey, repeat: event.repeat });
}

/** Tell the page around. It holds no secrets, so it may be any page. */
function tell(/** @type {object} */ message) {
  parent.postMessage({ version: VERSION, ...message }, "*");
}
