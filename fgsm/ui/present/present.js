// @ts-check
// Presenting: what the stage shows, for a whole room. A story leads through it, by any clicker.

import { hold, linkOf } from "../shared/address.js";
import { isUp } from "../shared/connection.js";
import { find } from "../shared/dom.js";
import { HOME } from "../shared/home.js";
import { isBrowsers } from "../shared/keys.js";
import { isHidden, modes } from "../shared/modes.js";
import { hasCode, qrOf } from "../shared/qr.js";
import { FIRST } from "../shared/state.js";
import { isDark, onTheme, setDark } from "../shared/theme.js";
import { onMoved, onShown, shown, stage } from "../stage/shown.js";
import { builtIn } from "../stories/library.js";
import { move } from "../stories/play.js";
import { putAside } from "./aside.js";
import { showCode } from "./code.js";
import { actionOf } from "./keys.js";
import { Screen } from "./screen.js";
import { SpeakerLink } from "./speaker_link.js";
import { Surface } from "./surface.js";

/** @typedef {import("./keys.js").Action} Action */
/** @typedef {import("../stories/story.js").Step} Step */
/** @typedef {import("../stories/story.js").Story} Story */

const TALK = "talk"; // the story that begins where no other was chosen
const EDGE = 0.15; // of the width: a tap there steps
const TYPING = "input:not([type=range], [type=checkbox]), select, textarea, .pad, dialog";

export class Presentation {
  /** @type {Story | null} */
  #story = null;
  #step = 0;
  /** @type {number | null} when the story began, in milliseconds since 1970 */
  #begun = null;
  /** @type {Map<number, () => void>} what brings back what people did at a step */
  #kept = new Map();
  /** @type {number | null} */
  #at = null; // where epsilon is on its way; null if nothing moves it
  #stop = () => {};
  /** @type {(() => void) | null} */
  #bringBack = null; // the page below; null while nothing is presented
  #problem = "";
  #toldOf = ""; // what the speaker was told that the audience sees

  /**
   * @param {HTMLElement} root
   * @param {object} given
   * @param {import("./curve.js").Measured[]} given.curves
   * @param {import("../shared/qr.js").Ask} given.qr
   * @param {() => void} given.before called before a presentation begins
   */
  constructor(root, { curves, qr, before }) {
    this.root = root;
    this.before = before;
    this.qr = qr;
    this.surface = new Surface(root);
    this.screen = new Screen(root, curves, (k) => this.#moveTo(k));
    this.speaker = new SpeakerLink(() => this.#news(), (action) => {
      if (this.isOn) this.#act(/** @type {Action} */ (action));
    });
    onShown(() => {
      if (this.isOn) this.screen.load();
      this.#tellSpeaker();
    });
    onMoved(() => {
      if (!this.isOn) return;
      this.screen.paint(this.#at ?? shown.k);
      if (this.screen.summary !== this.#toldOf) this.#tellSpeaker();
    });
    onTheme(() => {
      if (this.isOn) this.screen.load();
    });
    // Before anything that has the focus can use the key.
    addEventListener("keydown", (event) => this.#type(event), true);
    // Browsers take a pad for chosen by the keyboard if any key came before, such as a clicker's.
    root.addEventListener("pointerdown", () => root.classList.remove("is-by-keys"), true);
    root.addEventListener("click", (event) => this.#click(event));
  }

  get isOn() {
    return this.#bringBack !== null;
  }

  /** Present a story from its start; without one, what is shown, or the step that was left. */
  start(/** @type {Story | null} */ story = null) {
    if (!this.isOn) this.#cover();
    if (story) this.#begin(story);
    else if (this.#story) this.#go(this.#step, false);
    else this.screen.set(null);
    this.#tellSpeaker();
  }

  #cover() {
    this.before();
    hold(() => this.#leave());
    const wasDark = isDark();
    this.root.hidden = false;
    this.root.classList.remove("is-by-keys", "is-awake");
    const bringBack = putAside(this.root);
    this.root.focus({ preventScroll: true });
    this.#bringBack = () => {
      setDark(wasDark);
      bringBack();
    };
  }

  #begin(/** @type {Story} */ story, at = 0) {
    this.#story = story;
    this.#step = -1;
    this.#begun = Date.now();
    this.#kept.clear();
    this.root.lang = story.language ?? "";
    this.#go(at, at === 0);
    this.#fetchAhead(story);
  }

  /** Fetch all that a story will show, so that no step needs the server any more. */
  async #fetchAhead(/** @type {Story} */ story) {
    delete this.root.dataset.fetched;
    this.#problem = "";
    try {
      await stage.prefetch(story.steps.flatMap(({ state }) => state ?? []));
      const links = [HOME, ...story.steps.flatMap((step) => linkOfStep(step) ?? [])];
      await Promise.all(links.filter(hasCode).map((link) => qrOf(link, this.qr)));
      if (story === this.#story) this.root.dataset.fetched = "";
    } catch (error) {
      this.#problem = `Not all of the story could be fetched: ${/** @type {Error} */ (error).message}`;
    }
    this.#tellSpeaker();
  }

  /** @param {number} to @param {boolean} isForward */
  #go(to, isForward) {
    const { steps } = /** @type {Story} */ (this.#story);
    if (to < 0 || to >= steps.length) return;
    this.#keep();
    this.#halt();
    this.#step = to;
    const step = steps[to];
    const again = this.#kept.get(to);
    if (again && (step.scene === "draw" || !isForward)) again();
    else this.#restore(steps, to, isForward);
    this.screen.set(step);
    // Without a state the address is short to type, and its code can be read from the last row.
    if (step.scene === "end") showCode(find(this.root, ".closing"), HOME, this.qr);
    this.#stop = move(step, isForward, (at) => {
      this.#at = at;
      this.screen.place(at);
    });
    this.#tellSpeaker();
  }

  /** @param {Step[]} steps @param {number} to @param {boolean} isForward */
  #restore(steps, to, isForward) {
    // A step without a state goes on with what there is; who comes from behind has something else there.
    const last = steps.slice(0, to + 1).findLast(({ state }) => state !== null);
    const state = steps[to].state ?? (isForward ? null : last?.state);
    if (state) stage.restore(state);
    // A clean sheet, but for a drawing that the story brings.
    if (steps[to].scene === "draw" && !state?.strokes) find(document, "#fgsm-draw .clear").click();
  }

  /** What people did at a step, such as a drawing, is there when one comes back. */
  #keep() {
    const step = this.#story?.steps[this.#step];
    if (!step || (step.scene !== "draw" && step.state !== null)) return;
    this.#kept.set(this.#step, stage.keep());
    const state = { ...FIRST, ...stage.state() };
    if (state.strokes?.length) this.#fetchDrawing(state);
  }

  /** Who comes back to a drawing need not ask for it again; if the server is gone, nobody misses it yet. */
  async #fetchDrawing(/** @type {import("../shared/state.js").State} */ state) {
    if (await isUp()) stage.prefetch([state]).catch((error) => console.warn("A drawing was not kept:", error));
  }

  #moveTo(/** @type {number} */ k) {
    this.#halt();
    stage.move(k);
  }

  #halt() {
    this.#stop();
    this.#at = null;
  }

  #leave() {
    this.#halt();
    this.#setOver(null);
    this.screen.returnPad();
    this.root.hidden = true;
    if (document.fullscreenElement) document.exitFullscreen();
    const isAtEnd = this.#step + 1 === this.#story?.steps.length;
    if (isAtEnd) this.#story = null;
    this.#bringBack?.();
    this.#bringBack = null;
    hold(null);
    this.#tellSpeaker();
  }

  // ---- what people do ----

  #type(/** @type {KeyboardEvent} */ event) {
    const at = event.target instanceof Element ? event.target : document.body;
    if (!this.isOn) {
      const isWanted = event.key.toLowerCase() === "p" && !isBrowsers(event) && !at.closest(TYPING) && !modes.embed && !isHidden("tour");
      if (isWanted && find(document, ".shortcuts", HTMLInputElement).checked) this.start();
      return;
    }
    if (event.key === "Tab") this.root.classList.add("is-by-keys");
    const focused = this.root.classList.contains("is-by-keys") ? document.activeElement : null;
    const action = actionOf(event, focused?.matches(".pad") ? "pad" : focused?.matches("button") ? "button" : null);
    if (this.surface.over && !isBrowsers(event) && !["Shift", "Tab"].includes(event.key)) {
      // What lies over the pictures is taken away first, by any key.
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) this.#setOver(null);
      return;
    }
    // What is not for a presentation is not for what lies below it either.
    if (action || !at.closest(".pad, select")) event.stopPropagation();
    if (!action) return;
    event.preventDefault();
    if (action !== "nothing") this.#act(action);
  }

  #act(/** @type {Action} */ action) {
    switch (action) {
      case "next": return this.#story ? this.#go(this.#step + 1, true) : this.#begin(builtIn(TALK));
      case "back": return this.#story && this.#go(this.#step - 1, false);
      case "first": return this.#story ? this.#go(0, false) : this.#begin(builtIn(TALK));
      case "last": return this.#goToLast();
      case "more": return this.#moveTo(shown.k + 1);
      case "less": return this.#moveTo(shown.k - 1);
      case "break": this.#halt(); return find(document, ".epsilon .jump").click();
      case "blank": return this.#setOver(this.surface.over === "blank" ? null : "blank");
      case "keys": return this.#setOver("help");
      case "qr": return this.#showCode();
      case "palette": return setDark(!isDark());
      case "fullscreen": return this.#fullScreen();
      case "speaker": return this.speaker.open() ? undefined : this.surface.say("The browser blocked the speaker's window: allow this page to open it.");
      case "leave": return this.#leave();
    }
  }

  #goToLast() {
    const story = this.#story ?? builtIn(TALK);
    const last = story.steps.length - 1;
    if (this.#story) this.#go(last, false);
    else this.#begin(story, last);
  }

  async #fullScreen() {
    try {
      await (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
    } catch {
      this.surface.say("This browser allows no full screen here.");
    }
  }

  #click(/** @type {MouseEvent} */ { target, clientX }) {
    if (!(target instanceof Element)) return;
    if (this.surface.over) return this.#setOver(null);
    const button = target.closest(".tools button");
    if (button instanceof HTMLElement) return this.#act(/** @type {Action} */ (button.dataset.action));
    if (target.closest(".rule, .board, a")) return;
    const part = clientX / this.root.clientWidth;
    if (part > 1 - EDGE) this.#act("next");
    else if (part < EDGE) this.#act("back");
  }

  // ---- what lies over the pictures ----

  #setOver(/** @type {import("./surface.js").Over | null} */ name) {
    this.surface.over = name;
    this.#tellSpeaker();
  }

  async #showCode() {
    this.#setOver("qr");
    const step = this.#story?.steps[this.#step];
    const link = (step && linkOfStep(step)) ?? linkOf();
    await showCode(find(this.root, ".qr"), link, this.qr);
  }

  // ---- the speaker ----

  #tellSpeaker() {
    this.#toldOf = this.screen.summary;
    this.speaker?.tell();
  }

  /** @returns {import("./channel.js").News} */
  #news() {
    const steps = this.#story?.steps ?? [];
    const step = steps[this.#step];
    return {
      story: this.#story?.title ?? "",
      number: this.#step + 1,
      count: steps.length,
      title: step?.title ?? "",
      notes: step?.notes || (step?.text ?? ""),
      next: steps[this.#step + 1]?.title ?? null,
      seen: this.screen.summary,
      begun: this.#begun,
      isBlank: this.surface.over === "blank",
      isOver: !this.isOn,
      problem: this.#problem,
    };
  }
}

/** The link to what a step ends with; null if that is not known before. */
const linkOfStep = (/** @type {Step} */ { state, to }) =>
  state === null || to === "break" ? null : linkOf({ ...state, k: to ?? state.k });

