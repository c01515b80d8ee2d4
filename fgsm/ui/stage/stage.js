// @ts-check
// The live view: what is chosen, what the server answered, and what is shown of it. Choosing asks the
// server; moving epsilon never does.

import { setQr } from "../figures/dialog.js";
import { offerStage } from "../figures/of_stage.js";
import { correct, followAddress } from "../shared/address.js";
import { isUp, lost } from "../shared/connection.js";
import { find, findAll } from "../shared/dom.js";
import { themeColours } from "../shared/frames.js";
import { isOurs } from "../shared/host.js";
import { isBrowsers, remember } from "../shared/keys.js";
import { isHidden, linked, problem } from "../shared/modes.js";
import { SAID, isLong } from "../shared/server.js";
import { FIRST, written } from "../shared/state.js";
import { onTheme } from "../shared/theme.js";
import { KEYS, LAST, epsilonText, indexOf } from "../shared/words.js";
import { Answers } from "./answers.js";
import { Asker } from "./asker.js";
import { Choosing } from "./choosing.js";
import { Compared, comparisonOf } from "./comparison.js";
import { Epsilon } from "./epsilon.js";
import { bring } from "./incoming.js";
import { Panel, load } from "./panel.js";
import { isWhole, joined, nextPart } from "./parts.js";
import { shown, stage, tell, tellMoved } from "./shown.js";
import { swipe } from "./swipe.js";
import { marksOf } from "./verdict.js";

/** @typedef {import("../contract").AttackRequest} AttackRequest */
/** @typedef {import("../contract").Attacked} Attacked */
/** @typedef {import("../shared/dom.js").View} View */
/** @typedef {import("../shared/state.js").State} State */

/** Set up the stage, and show the first digit, which came with the page, or the one that a link names. */
export function start(/** @type {View} */ view) {
  new Stage(view).open();
}

class Stage {
  /** @type {Panel[]} One for each model shown. */
  #panels = [];
  /** @type {"direction" | "change"} */
  #middle = "direction";

  constructor(/** @type {View} */ { element, props, server }) {
    const { hasMnist, first } = props.value;
    this.root = find(element, ".live");
    this.server = server;
    this.hasMnist = hasMnist;
    this.first = first;
    this.answers = new Answers(server);
    /** @type {AttackRequest} The last request that the server answered. */
    this.answered = { ...first.request };
    this.epsilon = new Epsilon(find(this.root, ".epsilon"), indexOf(first.epsilon), () => this.#paint());
    this.compared = new Compared(find(this.root, ".compare"), this.answers.compare, () => this.#tellOthers());
    /** @type {Asker<AttackRequest, Attacked>} */
    this.asker = new Asker(this.answers.attack, () => this.#request(), this.#told());
    this.choosing = new Choosing(this.root, first.request, () => {
      this.asker.ask();
      tellMoved();
    });
    find(this.root, ".notice .close").onclick = () => this.#setNotice(null);
    this.shortcuts = find(this.root, ".shortcuts", HTMLInputElement);
    remember(this.shortcuts, "fgsm-shortcuts");
    setQr(server.qr);
    bring(this.root, server.picture, (pixels) => this.choosing.choosePicture(pixels), (sentence) => this.#setNotice(sentence));
    document.addEventListener("keydown", (event) => this.#type(event));
    document.addEventListener("fgsm-mnist", () => this.#offerTestDigits());
    onTheme(() => {
      for (const panel of this.#panels) panel.colours = themeColours();
      this.#paint();
    });
    this.#serveOthers();
  }

  #serveOthers() {
    stage.show = (request, k) => {
      find(document, "#attack-button").click();
      this.epsilon.set(k);
      this.choosing.choose(request);
    };
    stage.move = (k) => this.epsilon.set(k);
    stage.state = () => ({ ...this.choosing.state(), k: this.epsilon.k, view: this.#middle });
    stage.restore = (state) => this.#restore(state);
    stage.prefetch = (states) => this.answers.prefetch(states.map((state) => this.choosing.requestOf(state)));
    stage.say = (sentence) => this.#setNotice(sentence);
    stage.keep = () => {
      const [{ k }, middle] = [this.epsilon, this.#middle];
      const goBack = this.choosing.keep();
      return () => {
        this.epsilon.set(k);
        this.#setMiddle(middle);
        goBack();
      };
    };
  }

  open() {
    this.#offerTestDigits();
    followAddress(linked ?? FIRST);
    const { tab, figure, reach } = FIRST;
    if (!linked || written({ ...linked, tab, figure, reach }) === written(FIRST)) return this.#openFirst(problem);
    performance.mark("fgsm-ready"); // to be asked what it shall show
    this.#restore(linked);
  }

  /** Show the digit that came with the page, and say why, if it is not the one that was linked to. */
  async #openFirst(/** @type {string | null} */ reason) {
    const { request, answer, comparison } = this.first;
    this.choosing.goBack(this.choosing.whole(request));
    this.epsilon.k = FIRST.k;
    this.#middle = FIRST.view;
    try {
      await this.#show(answer, null);
    } catch (error) {
      this.root.dataset.state = "failed";
      this.#setNotice(`This browser cannot show the pictures: ${/** @type {Error} */ (error).message}.`);
      return;
    }
    this.compared.show(this.answered, this.#models(), comparison);
    this.root.dataset.state = "ready";
    performance.mark("fgsm-ready");
    this.#setNotice(reason);
  }

  /** Show the first digit instead of the one that was linked to. */
  async #openInstead(/** @type {string} */ reason) {
    await this.#openFirst(reason);
    correct();
  }

  #restore(/** @type {State} */ state) {
    this.epsilon.set(state.k);
    this.#setMiddle(state.view);
    this.choosing.restore(state);
  }

  // ---- asking ----

  /**
   * What is chosen, or the next part of it; null while there is no drawing yet.
   * @returns {AttackRequest | null}
   */
  #request() {
    const request = this.choosing.request();
    if (!request) return null;
    const known = isSame(request, this.answered) ? (this.#panels[0]?.stage?.ks ?? []) : [];
    return { ...request, ks: isLong(request) ? nextPart(request.attack, known, this.epsilon.k) : null };
  }

  /** @returns {import("./asker.js").Told<AttackRequest, Attacked>} */
  #told() {
    const { root } = this;
    return {
      isServerUp: isUp,
      answer: async (answer, { ks, ...request }) => {
        root.dataset.state = "ready";
        this.#setNotice(null);
        const isFirst = !this.#panels.length;
        const isMore = ks && !isFirst && isSame(request, this.answered);
        this.answered = request;
        await this.#show(answer, isMore ? this.#stages() : null);
        if (isFirst) performance.mark("fgsm-restored");
        const stages = this.#stages();
        const isAll = stages.every(isWhole);
        if (!isAll) this.asker.ask(); // for the next part
        this.compared.show(request, this.#models(), isAll ? comparisonOf(stages, answer.digit.named) : null);
        root.dataset.shown = String(Number(root.dataset.shown ?? 0) + 1); // how many answers so far
      },
      refusal: (sentence, isLast) => {
        if (!this.#panels.length) return this.#openInstead(`This link cannot be shown. ${sentence} So here is the first page.`);
        root.dataset.state = "ready";
        this.#setNotice(sentence);
        if (isLast) this.#goBack();
      },
      lost: async () => {
        if (!this.#panels.length) {
          await this.#openFirst(null);
          if (linked) this.#restore(linked); // which is still wanted, once the server is back
        }
        root.dataset.state = "lost";
        this.#setNotice(null);
        return lost(); // which says so, for the whole page
      },
      failed: (isLast) => {
        if (!this.#panels.length) return this.#openInstead(`This link cannot be shown. ${SAID.failed} So here is the first page.`);
        this.#setNotice(`${SAID.failed} What you see keeps working.`);
        if (isLast) this.#goBack();
      },
      asking: (isAsking) => {
        root.dataset.asking = String(isAsking);
        this.compared.hold(isAsking);
      },
      // What is here of the same sweep is no old picture, and says for itself which epsilon it is of.
      slow: (isSlow) => { find(root, ".stage").ariaBusy = String(isSlow && !isSame(this.choosing.request(), this.answered)); },
      waiting: () => this.#setNotice(`${SAID.waiting} What you see keeps working, the slider too.`),
    };
  }

  /** Choose again what is shown. */
  #goBack() {
    this.choosing.goBack(this.answered);
    correct();
  }

  #setNotice(/** @type {string | null} */ text) {
    const notice = find(this.root, ".notice");
    notice.hidden = !text;
    find(notice, "span").textContent = text ?? "";
  }

  /** Offer the test digits once they are there: the tab "Test set" can download them. */
  async #offerTestDigits() {
    const isHere = this.hasMnist || (await this.server.has_mnist({}).catch(() => null))?.here === true;
    this.choosing.picker.offer(KEYS.MNIST_TEST, isHere);
  }

  // ---- showing ----

  #stages() {
    return this.#panels.flatMap(({ stage: each }) => each ?? []);
  }

  #models() {
    return this.#stages().map(({ model }) => model);
  }

  /**
   * Show an answer.
   * @param {Attacked} answer
   * @param {import("./panel.js").LoadedStage[] | null} before the parts that it continues
   */
  async #show({ digit, stages }, before) {
    const parts = await Promise.all(stages.map((each) => load(each, digit)));
    const loaded = before ? parts.map((part, i) => joined(before[i], part)) : parts;
    if (this.#panels.length !== loaded.length) this.#buildPanels(loaded.length);
    this.#panels.forEach((panel, i) => panel.show(loaded[i], this.#middle, before !== null));
    this.root.classList.toggle("is-twin", loaded.length === 2);
    this.choosing.nameTheDigit(digit, loaded[0].predictions[0]);
    this.epsilon.mark(loaded.every(isWhole) ? marksOf(loaded) : loaded.map(() => ({ at: null, name: "" })));
    this.#paint();
    this.#tellOthers();
  }

  #tellOthers() {
    tell({
      request: this.answered,
      stages: this.#stages(),
      comparison: this.compared.of(this.answered),
    });
  }

  #buildPanels(/** @type {number} */ count) {
    for (const panel of this.#panels) {
      panel.top.remove();
      panel.bottom.remove();
    }
    const template = find(this.root, "template", HTMLTemplateElement);
    this.#panels = Array.from({ length: count }, () => new Panel(template, (k) => this.epsilon.set(k)));
    find(this.root, ".epsilon").before(...this.#panels.map((panel) => panel.top));
    find(this.root, ".stage").append(...this.#panels.map((panel) => panel.bottom));
    for (const button of findAll(this.root, ".toggle button"))
      button.onclick = () => this.#setMiddle(button.dataset.view === "change" ? "change" : "direction");
    this.#panels.forEach((panel, i) => { panel.find(".save-figure").onclick = () => offerStage(i); });
    for (const panel of this.#panels) {
      panel.colours = themeColours();
      swipe(panel.canvas(".adversarial"), () => this.epsilon.k, LAST, (k) => this.epsilon.set(k));
    }
  }

  #setMiddle(/** @type {"direction" | "change"} */ middle) {
    this.#middle = middle;
    for (const panel of this.#panels) panel.setMiddle(middle);
    this.#paint();
  }

  #paint() {
    const { k } = this.epsilon;
    for (const panel of this.#panels) panel.paint(k);
    this.epsilon.show();
    this.root.dataset.epsilon = epsilonText(k);
    shown.k = k;
    tellMoved();
  }

  // ---- shortcuts ----

  /** Works wherever the focus is (on a fresh page, nowhere), but only while the stage is visible. */
  #type(/** @type {KeyboardEvent} */ event) {
    if (!isOurs(event)) return;
    if (event.key === "Escape") this.#setNotice(null);
    const typing = "input:not([type=range], [type=checkbox]), select, textarea, .pad";
    const isTyping = event.target instanceof Element && event.target.closest(typing);
    if (isTyping || !this.shortcuts.checked || !this.root.checkVisibility() || isBrowsers(event)) return;
    switch (event.key.toLowerCase()) {
      case ".": return this.epsilon.jump();
      case "r": return isHidden("picker") || this.choosing.picker.pickAny();
      case "-": return isHidden("epsilon") || this.epsilon.set(this.epsilon.k - 1);
      case "+": return isHidden("epsilon") || this.epsilon.set(this.epsilon.k + 1);
    }
  }
}

/** @param {AttackRequest | null} one @param {AttackRequest} other */
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
