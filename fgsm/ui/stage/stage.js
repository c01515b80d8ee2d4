// @ts-check
// The live view: what is chosen, what the server answered, and what is shown of it. Choosing asks the
// server; moving epsilon never does.

import { find, findAll } from "../shared/dom.js";
import { themeColours } from "../shared/frames.js";
import { isBrowsers, remember } from "../shared/keys.js";
import { inTime } from "../shared/server.js";
import { onTheme } from "../shared/theme.js";
import { LAST, epsilonText, indexOf, modelName } from "../shared/words.js";
import { Asker } from "./asker.js";
import { Choosing } from "./choosing.js";
import { Comparison } from "./comparison.js";
import { Epsilon } from "./epsilon.js";
import { Panel, load } from "./panel.js";
import { shown, stage, tell } from "./shown.js";
import { swipe } from "./swipe.js";

/** @typedef {import("../contract").AttackRequest} AttackRequest */
/** @typedef {import("../contract").Attacked} Attacked */
/** @typedef {import("../shared/dom.js").View} View */

/** Set up the stage, and show the first digit, which came with the page. */
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
    /** @type {AttackRequest} The last request that the server answered. */
    this.answered = { ...first.request };
    this.epsilon = new Epsilon(find(this.root, ".epsilon"), indexOf(first.epsilon), () => this.#paint());
    this.comparison = new Comparison(find(this.root, ".compare"), server.compare, () => this.#tellOthers());
    /** @type {Asker<AttackRequest, Attacked>} */
    const asker = new Asker(server.attack, () => this.choosing.request(), this.#told());
    this.choosing = new Choosing(this.root, first.request, () => asker.ask());
    find(this.root, ".notice .again").onclick = () => asker.ask();
    find(this.root, ".notice .close").onclick = () => this.#setNotice(null);
    this.shortcuts = find(this.root, ".shortcuts", HTMLInputElement);
    remember(this.shortcuts, "fgsm-shortcuts");
    document.addEventListener("keydown", (event) => this.#type(event));
    document.addEventListener("fgsm-mnist", () => this.#offerTestDigits());
    onTheme(() => {
      for (const panel of this.#panels) panel.colours = themeColours();
      this.#paint();
    });
    stage.show = (request, k) => {
      find(document, "#attack-button").click();
      this.epsilon.set(k);
      this.choosing.choose(request);
    };
    stage.keep = () => {
      const { k } = this.epsilon;
      const goBack = this.choosing.keep();
      return () => {
        this.epsilon.set(k);
        goBack();
      };
    };
  }

  async open() {
    const { request, answer, comparison } = this.first;
    this.#offerTestDigits();
    try {
      await this.#show(answer);
    } catch (error) {
      this.root.dataset.state = "failed";
      this.#setNotice(`This browser cannot show the pictures: ${/** @type {Error} */ (error).message}.`);
      return;
    }
    this.comparison.take(request, comparison, this.#models());
    this.root.dataset.state = "ready";
    performance.mark("fgsm-ready");
  }

  // ---- asking ----

  /** @returns {import("./asker.js").Told<AttackRequest, Attacked>} */
  #told() {
    const { root } = this;
    return {
      isServerUp: async () => {
        const wanted = { method: "HEAD", cache: /** @type {RequestCache} */ ("no-store") };
        return (await inTime(fetch(import.meta.url, wanted), 2_000)).ok;
      },
      answer: async (answer, request) => {
        root.dataset.state = "ready";
        this.#setNotice(null);
        this.answered = request;
        await this.#show(answer);
        this.comparison.soon(request, this.#models());
      },
      refusal: (sentence, isLast) => {
        root.dataset.state = "ready";
        this.#setNotice(sentence);
        if (isLast) this.choosing.goBack(this.answered);
      },
      lost: () => {
        root.dataset.state = "lost";
        this.#setNotice("Connection lost. What you see keeps working, the slider too; another digit needs the server.");
      },
      failed: (isLast) => {
        this.#setNotice("The server could not compute this; what you see keeps working. Its log says why.");
        if (isLast) this.choosing.goBack(this.answered);
      },
      asking: (isAsking) => { root.dataset.asking = String(isAsking); },
      slow: (isSlow) => { find(root, ".stage").ariaBusy = String(isSlow); },
      waiting: () => this.#setNotice("Still waiting for the server. What you see keeps working, the slider too."),
    };
  }

  #setNotice(/** @type {string | null} */ text) {
    const notice = find(this.root, ".notice");
    notice.hidden = !text;
    find(notice, "span").textContent = text ?? "";
    find(notice, ".again").hidden = this.root.dataset.state !== "lost";
  }

  /** Offer the test digits once they are there: the tab "Test set" can download them. */
  async #offerTestDigits() {
    const isHere = this.hasMnist || (await this.server.has_mnist({}).catch(() => false));
    find(this.root, ".by-number").hidden = !isHere;
  }

  // ---- showing ----

  #models() {
    return this.#panels.map(({ stage: each }) => each?.model ?? "");
  }

  async #show(/** @type {Attacked} */ { digit, stages }) {
    const loaded = await Promise.all(stages.map((each) => load(each, digit)));
    if (this.#panels.length !== loaded.length) this.#buildPanels(loaded.length);
    this.#panels.forEach((panel, i) => panel.show(loaded[i], this.#middle));
    this.root.classList.toggle("is-twin", loaded.length === 2);
    this.root.dataset.shown = String(Number(this.root.dataset.shown ?? 0) + 1); // how many answers so far
    this.choosing.nameTheDrawing(digit, loaded[0].predictions[0]);
    this.epsilon.mark(loaded.map(({ model, breaking_point: at }) => ({
      at,
      name: loaded.length === 1 ? "ε*" : modelName(model),
    })));
    this.#paint();
    this.#tellOthers();
  }

  #tellOthers() {
    tell({
      request: this.answered,
      stages: this.#panels.map(({ stage: each }) => ({ model: each?.model ?? "" })),
      comparison: this.comparison.of(this.answered),
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
      button.onclick = () => {
        this.#middle = button.dataset.view === "change" ? "change" : "direction";
        for (const panel of this.#panels) panel.setMiddle(this.#middle);
        this.#paint();
      };
    for (const panel of this.#panels) {
      panel.colours = themeColours();
      swipe(panel.canvas(".adversarial"), () => this.epsilon.k, LAST, (k) => this.epsilon.set(k));
    }
  }

  #paint() {
    const { k } = this.epsilon;
    for (const panel of this.#panels) panel.paint(k);
    this.epsilon.show();
    this.root.dataset.epsilon = epsilonText(k);
    shown.k = k;
  }

  // ---- shortcuts ----

  /** Works wherever the focus is (on a fresh page, nowhere), but only while the stage is visible. */
  #type(/** @type {KeyboardEvent} */ event) {
    if (event.key === "Escape") this.#setNotice(null);
    const typing = "input:not([type=range], [type=checkbox]), select, textarea, .pad";
    const isTyping = event.target instanceof Element && event.target.closest(typing);
    if (isTyping || !this.shortcuts.checked || !this.root.checkVisibility() || isBrowsers(event)) return;
    switch (event.key.toLowerCase()) {
      case "b": return this.epsilon.jump();
      case "r": return this.choosing.picker.pickAny();
      case "-": return this.epsilon.set(this.epsilon.k - 1);
      case "+": return this.epsilon.set(this.epsilon.k + 1);
    }
  }
}
