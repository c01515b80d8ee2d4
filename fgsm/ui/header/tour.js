// @ts-check
// The guided tour: a story beside the page, pointing at what it speaks of.

import { hold, restore } from "../shared/address.js";
import { appeared, create, find } from "../shared/dom.js";
import { isBrowsers } from "../shared/keys.js";
import { onShown, stage } from "../stage/shown.js";
import { move } from "../stories/play.js";
import { TARGETS } from "../stories/story.js";

/** @typedef {import("../stories/story.js").Story} Story */

/**
 * @param {HTMLElement} element the header's
 * @returns {{ start: (story: Story) => void, leave: () => void }}
 */
export function guide(element) {
  const panel = find(element, ".tour");
  const starter = find(element, ".start-tour");
  const [back, next] = [find(panel, ".back", HTMLButtonElement), find(panel, ".next")];
  /** @type {Story} */
  let story;
  /** @type {number | null} */
  let step = null; // the number of the step shown; null when there is no tour
  /** @type {HTMLElement | null} */
  let pointedAt = null;
  let goBack = () => {}; // to what was there before the tour
  let stop = () => {}; // epsilon, on its way

  function start(/** @type {Story} */ other) {
    // A story that begins while another is on leads back to where that one began.
    if (step === null) goBack = kept();
    step = null;
    story = other;
    panel.lang = story.language ?? "";
    hold(leave);
    document.body.dataset.tour = "";
    go(0);
  }

  async function go(/** @type {number} */ to) {
    if (to < 0) return;
    if (to >= story.steps.length) return leave();
    const isForward = step === null || to > step;
    step = to;
    stop();
    const { title, text, state, target } = story.steps[to];
    if (panel.hidden) {
      panel.hidden = false;
      await painted(); // or the first words would not be announced
    }
    if (step !== to) return;
    find(panel, ".words").replaceChildren(
      create("p", "count", `${to + 1} of ${story.steps.length}`), create("h2", "", title), create("p", "", text),
    );
    back.disabled = to === 0;
    next.textContent = to === story.steps.length - 1 ? "Done" : "Next ›";
    // The focus stays where it is, so that Enter goes on in the same direction.
    const focused = document.activeElement;
    if (!panel.contains(focused) || (focused instanceof HTMLButtonElement && focused.disabled))
      next.focus({ preventScroll: true });
    if (state) restore(state);
    stop = move(story.steps[to], isForward);
    const found = target && await appeared(TARGETS[target]);
    if (step === to) pointTo(found);
  }

  function pointTo(/** @type {HTMLElement | null} */ target) {
    pointedAt?.classList.remove("is-pointed-at");
    pointedAt = target;
    target?.classList.add("is-pointed-at");
    place();
  }

  /**
   * Put the panel where it covers nothing of the part of the page that it points into, since it speaks of
   * more than it points at; or at least not what it points at, if need be at the top.
   */
  function place() {
    if (!pointedAt) return;
    const isWide = matchMedia("(width > 60rem)").matches;
    for (const spared of isWide ? [pointedAt.closest(".stage, .choose") ?? pointedAt, pointedAt] : [])
      for (const place of ["right", "left"]) {
        put(place, pointedAt);
        if (!meet(panel.getBoundingClientRect(), spared.getBoundingClientRect())) return;
      }
    put("top", pointedAt);
  }

  /** @param {string} place @param {HTMLElement} target which is scrolled into view */
  function put(place, target) {
    panel.dataset.place = place;
    const room = place === "top" ? panel.offsetTop + panel.offsetHeight : 0;
    document.documentElement.style.setProperty("--tour", `${room}px`);
    // Of a tall one, the end alone would say little.
    const isTall = target.offsetHeight > innerHeight - room - 48;
    target.scrollIntoView({ block: isTall ? "start" : "nearest" });
  }

  function leave() {
    if (step === null) return;
    step = null;
    stop();
    panel.hidden = true;
    delete document.body.dataset.tour;
    pointTo(null);
    goBack();
    hold(null);
    starter.focus({ preventScroll: true });
  }

  // The stage rebuilds its panels when it goes from one to two, or back.
  onShown(() => {
    if (step === null || !pointedAt || pointedAt.isConnected) return;
    const { target } = story.steps[step];
    pointTo(target && document.querySelector(TARGETS[target]));
  });
  // What comes late, such as a second model, moves what is below it.
  new ResizeObserver(place).observe(document.body);
  addEventListener("resize", place);

  find(panel, ".leave").onclick = leave;
  back.onclick = () => go((step ?? 0) - 1);
  next.onclick = () => go((step ?? 0) + 1);
  // Before anything that has the focus can use the key.
  document.addEventListener("keydown", (event) => {
    if (step === null || isBrowsers(event)) return;
    if (event.key === "Escape") return leave();
    const by = stepOf(event, panel);
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) go(step + by);
  }, true);
  return { start, leave };
}

/** Keep what is on the page; returns what puts it back. */
function kept() {
  const tab = document.querySelector("#tabs > .tab-wrapper [role=tab][aria-selected=true]");
  const showAgain = stage.keep();
  const top = scrollY;
  return () => {
    showAgain();
    if (tab instanceof HTMLElement) tab.click();
    scrollTo(0, top);
  };
}

/**
 * Which way a key steps the tour: -1, 1, or 0 for one that has another meaning.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} panel of the tour: Enter and Space press its buttons
 */
function stepOf({ key, shiftKey, target }, panel) {
  const at = target instanceof Element ? target : document.body;
  const isIn = (/** @type {string} */ selector) => at.closest(selector) !== null;
  switch (key) {
    case "PageDown": return 1;
    case "PageUp": return -1;
    case "Enter": return panel.contains(at) ? 0 : 1;
    case " ": return panel.contains(at) || isIn("input:not([type=range], [type=checkbox]), textarea, .pad") ? 0 : shiftKey ? -1 : 1;
    // Where arrow keys have a meaning of their own, they keep it.
    case "ArrowRight": return isIn(OWN) ? 0 : 1;
    case "ArrowLeft": return isIn(OWN) ? 0 : -1;
    default: return 0;
  }
}

const OWN = "input, select, .thumbnails, .scroll, canvas, [role=tab], [role=slider], [role=application]";

/** Whether two boxes have a point in common. */
function meet(/** @type {DOMRect} */ one, /** @type {DOMRect} */ other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/** Two frames later. */
const painted = () =>
  new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
