// @ts-check
// Choosing a digit, picked, drawn or brought as a picture, and the attack on it.

import { catalogue } from "../shared/catalogue.js";
import { find, findAll } from "../shared/dom.js";
import { arrowOf } from "../shared/keys.js";
import { CLASSES, KEYS, attackOf, isLabelled } from "../shared/words.js";
import { pixelsOf } from "./ink.js";
import { Pad } from "./pad.js";
import { Picker } from "./picker.js";
import { tellMoved } from "./shown.js";

/** @typedef {import("../contract").AttackRequest} AttackRequest */
/** @typedef {import("../contract").Digit} Digit */
/** @typedef {import("../shared/state.js").State} State */

export class Choosing {
  /** @type {number | null} */
  #drawnLabel = null; // what the person says the drawing is

  /**
   * @param {HTMLElement} root
   * @param {AttackRequest} first
   * @param {() => void} ask called whenever something else is chosen
   */
  constructor(root, first, ask) {
    this.root = root;
    this.first = first;
    this.ask = ask;
    /** @type {AttackRequest} What the server is asked for. */
    this.choice = { ...first };
    this.#picked = { source: first.source, index: first.index };
    this.attack = find(root, ".attack-menu", HTMLSelectElement);
    this.target = find(root, ".target select", HTMLSelectElement);
    this.model = find(root, ".model-menu", HTMLSelectElement);
    this.twin = find(root, ".twin", HTMLInputElement);
    this.named = find(root, ".named", HTMLSelectElement);
    this.#fillMenus();
    this.picker = new Picker(find(root, ".pick"), (source, index) => {
      this.#picked = { source, index: /** @type {number} */ (index) }; // the server refuses null, in words
      this.#choosePicked();
    });
    this.pad = new Pad(find(root, ".draw"), {
      begin: () => { this.#drawnLabel = null; }, // a new drawing has no name yet
      change: () => this.#chooseDrawing(),
      // The stage never shows a drawing that is not on the pad any more.
      empty: () => {
        if (this.choice.source !== KEYS.DRAWING) return;
        this.picker.showPicked(this.#picked.source, this.#picked.index);
        this.#choosePicked();
      },
    });
    this.named.disabled = true;
    this.named.onchange = () => {
      const label = this.named.value === "" ? null : Number(this.named.value);
      if (this.choice.source === KEYS.IMAGE) return this.choosePicture(this.choice.pixels ?? "", label);
      this.#drawnLabel = label;
      this.#chooseDrawing();
    };
    for (const control of [this.attack, this.target, this.model, this.twin])
      control.addEventListener("change", () => this.#chooseOptions());
    this.#makeTabs();
    this.show();
  }

  #picked; // the source and the index picked last, kept while drawing

  #fillMenus() {
    for (const { key, title, offered } of catalogue.attacks) {
      if (!offered.includes("stage")) continue;
      const option = new Option(title, key);
      option.hidden = !offered.includes("menu"); // other tabs may choose it
      this.attack.append(option);
    }
    for (const { key, title } of catalogue.models) this.model.append(new Option(title, key));
    for (const digit of CLASSES) {
      this.named.append(new Option(String(digit), String(digit)));
      this.target.append(new Option(String(digit), String(digit)));
    }
  }

  /** The choice as a request; null while there is no drawing yet. */
  request() {
    const { choice, pad } = this;
    const isDrawing = choice.source === KEYS.DRAWING;
    if (isDrawing && !pad.isEmpty) choice.drawing = pixelsOf(pad.strokes);
    return isDrawing && !choice.drawing ? null : { ...choice };
  }

  /** Choose what another part of the page asks for. */
  choose(/** @type {Partial<AttackRequest>} */ request) {
    Object.assign(this.choice, this.whole(request));
    const { source, index } = this.choice;
    if (isLabelled(source)) this.#picked = { source, index };
    if (source === KEYS.BUILTIN) this.picker.reveal(index);
    this.show();
    this.ask();
  }

  /** A request with nothing left out: the rest is as on the first page. */
  whole(/** @type {Partial<AttackRequest>} */ request) {
    return { ...this.first, drawing: null, pixels: null, label: null, target: null, ray: null, ...request };
  }

  /** What a state asks the server for. */
  requestOf(/** @type {State} */ { source, index, strokes, pixels, label, attack, target, ray, model, twin }) {
    const drawing = strokes && pixelsOf(strokes);
    return this.whole({ source, index, drawing, pixels, label, attack, target, ray, model, twin });
  }

  /** What is chosen, for a link. */
  state() {
    const { source, index, pixels = null, label = null, attack, target = null, ray = null, model, twin = false } = this.choice;
    const isDrawing = source === KEYS.DRAWING;
    return {
      source, index, pixels, label, attack, target, ray, model, twin,
      strokes: isDrawing ? this.pad.strokes : null,
      pad: this.root.dataset.tab === "draw",
    };
  }

  /** Choose what a link says. */
  restore(/** @type {State} */ state) {
    if (state.strokes) {
      this.pad.strokes = state.strokes;
      this.#drawnLabel = state.label;
    }
    // A pad beside a digit that was picked is to be drawn on; what is on it would be another digit.
    if (state.pad && isLabelled(state.source)) this.pad.strokes = [];
    this.choose(this.requestOf(state));
    this.#showTab(find(this.root, state.pad ? "#fgsm-tab-draw" : "#fgsm-tab-pick"));
  }

  /** Keep what is chosen, drawing included; returns what chooses it again. */
  keep() {
    const choice = { ...this.choice };
    const { strokes } = this.pad;
    const [picked, label] = [this.#picked, this.#drawnLabel];
    const tab = find(this.root, "[role=tab][aria-selected=true]");
    return () => {
      this.pad.strokes = strokes;
      this.#drawnLabel = label;
      this.choose(choice);
      this.#picked = picked;
      this.#showTab(tab);
    };
  }

  /** After a refusal: choose again what is shown. */
  goBack(/** @type {AttackRequest} */ answered) {
    Object.assign(this.choice, answered);
    this.named.value = String(answered.label ?? "");
    this.show();
  }

  /** Set the controls to what is chosen. */
  show() {
    const { choice } = this;
    this.picker.showPicked(choice.source, choice.index);
    this.attack.value = choice.attack;
    this.target.value = String(choice.target ?? "");
    this.model.value = choice.model;
    this.twin.checked = choice.twin ?? false;
    this.#showOptions();
  }

  /**
   * A drawing or a picture is attacked at its prediction until someone says what it is.
   * @param {Digit} digit
   * @param {number} guess what the first model shown reads in it
   */
  nameTheDigit(digit, guess) {
    const isOpen = !isLabelled(digit.source);
    this.named.disabled = !isOpen;
    this.named.options[0].textContent = isOpen ? `${guess}?` : "?";
    this.named.value = isOpen && digit.named ? String(digit.label) : "";
  }

  /** Choose a picture that came in. @param {string} pixels in base64 @param {number | null} label */
  choosePicture(pixels, label = null) {
    Object.assign(this.choice, { source: KEYS.IMAGE, index: 0, drawing: null, pixels, label });
    this.picker.showPicked(KEYS.IMAGE, 0);
    this.#showTab(find(this.root, "#fgsm-tab-draw"));
    this.ask();
  }

  #choosePicked() {
    Object.assign(this.choice, this.#picked, { drawing: null, pixels: null, label: null });
    this.ask();
  }

  #chooseDrawing() {
    Object.assign(this.choice, { source: KEYS.DRAWING, index: 0, pixels: null, label: this.#drawnLabel });
    this.picker.showPicked(KEYS.DRAWING, 0);
    this.ask();
  }

  #chooseOptions() {
    const attack = this.attack.value;
    const target = attackOf(attack).needs_target ? this.target.value : "";
    Object.assign(this.choice, {
      attack,
      target: target === "" ? null : Number(target),
      ray: attack === KEYS.RAY ? this.choice.ray : null,
      model: this.model.value,
      twin: this.twin.checked,
    });
    this.#showOptions();
    this.ask();
  }

  #showOptions() {
    const { needs_target: needsTarget, explanation } = attackOf(this.choice.attack);
    find(this.root, ".target").hidden = !needsTarget;
    this.model.disabled = this.choice.twin ?? false;
    find(this.root, ".explain").textContent = explanation;
  }

  #makeTabs() {
    for (const tab of findAll(this.root, "[role=tab]")) {
      tab.onclick = () => this.#turnTo(tab);
      tab.addEventListener("keydown", (event) => {
        if (!arrowOf(event)?.[0]) return;
        const other = tab.nextElementSibling ?? tab.previousElementSibling;
        if (!(other instanceof HTMLElement)) return;
        this.#turnTo(other);
        other.focus();
      });
    }
  }

  /** A person turned to a tab: what it holds is shown. */
  #turnTo(/** @type {HTMLElement} */ tab) {
    this.#showTab(tab);
    const { choice, pad } = this;
    if (this.root.dataset.tab === "draw" && !pad.isEmpty && isLabelled(choice.source)) this.#chooseDrawing();
    else tellMoved();
    // On a phone the tabs move, depending on what they show: that is to be seen, and the tabs too.
    const panel = find(document, `#${tab.getAttribute("aria-controls")}`);
    for (const each of [panel, find(this.root, ".sources")]) each.scrollIntoView({ block: "nearest" });
  }

  #showTab(/** @type {HTMLElement} */ tab) {
    const isDraw = tab.id === "fgsm-tab-draw";
    this.root.dataset.tab = isDraw ? "draw" : "pick";
    for (const each of findAll(this.root, "[role=tab]")) {
      const isChosen = each === tab;
      each.ariaSelected = String(isChosen);
      each.tabIndex = isChosen ? 0 : -1;
      find(document, `#${each.getAttribute("aria-controls")}`).hidden = !isChosen;
    }
  }
}
