// @ts-check
// A run on this device: what is chosen, how far it is, cancelling; and the download of the test set.

import { catalogue } from "../shared/catalogue.js";
import { find } from "../shared/dom.js";
import { SAID } from "../shared/server.js";
import { refusalOf, untilAnswered } from "../shared/waiting.js";
import { KEYS, count, sourceOf } from "../shared/words.js";

/** @typedef {import("../contract").FollowRequest} FollowRequest */
/** @typedef {import("../contract").Progress} Progress */
/** @typedef {import("../contract").Refusal} Refusal */
/** @typedef {import("../contract").Series} Series */

/** @typedef {import("../shared/server.js").OfThisServer} Server */
/** @typedef {Pick<FollowRequest, "model" | "attack" | "epsilons">} Choice */

const IDLE = "A run attacks every digit at every ε, and draws its curve above as it goes.";
const DOWNLOAD = 600_000; // milliseconds: a slow line takes its time

/** How a run is, in words. */
export function progressText(/** @type {Progress} */ { ahead, series, seconds, device }) {
  if (ahead > 0) return `Waiting: ${ahead} ${ahead === 1 ? "run is" : "runs are"} ahead of yours.`;
  if (!series) return "Starting.";
  const { n, of, source, results } = series;
  const done = n === of ? "Done" : "Running";
  const digits = `${done}: ${count(n)} of ${count(of ?? n)} ${sourceOf(source).title}`;
  if (n === 0 || seconds === 0) return `${digits}.`;
  return `${digits}, ${count(Math.round(n / seconds))} digits per second at ${results.length} ` +
    `${results.length === 1 ? "epsilon" : "epsilons"}, on ${device}, ${seconds.toFixed(1)} s.`;
}

/** How far a run that is cancelled had got. */
export function cancelledText(/** @type {Series | null} */ series) {
  if (!series?.n) return "Run cancelled.";
  const { n, of, source } = series;
  return `Run cancelled. It had attacked ${count(n)} of ${count(of ?? n)} ${sourceOf(source).title}.`;
}

/** What is said aloud of it: its place, its start, each quarter, its end. Else one would hear nothing else. */
export function spokenText(/** @type {Progress} */ progress) {
  const { ahead, series } = progress;
  if (ahead > 0 || !series || series.n === series.of) return progressText(progress);
  const quarter = Math.floor(4 * series.n / (series.of ?? series.n));
  return quarter === 0 ? "Running." : `Running: ${25 * quarter} % done.`;
}

export class Running {
  #id = ""; // of the run that is followed; empty for none
  /** @type {Series | null} */
  #series = null; // its results so far

  /**
   * @param {HTMLElement} form
   * @param {Server} server
   * @param {{ first: Choice, hasMnist: boolean, mayDownload: boolean, place: string }} value `place` is where the test set may be missing
   * @param {(series: Series | null) => void} show draws the results so far; null when a run begins
   */
  constructor(form, server, { first, hasMnist, mayDownload, place }, show) {
    this.form = form;
    this.server = server;
    this.show = show;
    this.place = place;
    this.model = find(form, ".run-model", HTMLSelectElement);
    this.attack = find(form, ".run-attack", HTMLSelectElement);
    this.epsilons = find(form, ".run-epsilons", HTMLInputElement);
    this.bar = find(form, "progress", HTMLProgressElement);
    this.button = find(form, "[type=submit]", HTMLButtonElement);
    this.canceller = find(form, ".cancel", HTMLButtonElement);
    this.downloader = find(form, ".download", HTMLButtonElement);
    this.downloader.hidden = !mayDownload;
    this.model.append(...catalogue.models.map(({ key, title }) => new Option(title, key)));
    this.attack.append(...catalogue.attacks
      .filter(({ offered }) => offered.includes("runs"))
      .map(({ key, name }) => new Option(name, key)));
    this.model.value = first.model;
    this.attack.value = first.attack;
    this.epsilons.value = first.epsilons;
    this.#say(IDLE);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run();
    });
    this.canceller.onclick = () => this.#cancel();
    this.downloader.onclick = () => this.#download();
    this.#offerDownload(hasMnist);
  }

  // ---- a run ----

  async #run() {
    if (this.#id) return;
    const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`.replace(".", ""); // plain http has no UUIDs
    const choice = { model: this.model.value, attack: this.attack.value, epsilons: this.epsilons.value };
    this.#follow(id);
    this.#series = null;
    this.bar.value = 0;
    try {
      let known = 0;
      while (this.#id === id) {
        const answer = await untilAnswered(() => this.server.follow({ ...choice, id, known }));
        if (this.#id !== id) return; // cancelled meanwhile
        const refusal = refusalOf(answer);
        if (refusal !== null) return this.#end(refusal);
        const progress = /** @type {Progress} */ (answer);
        this.#tell(progress);
        known = progress.news;
        if (progress.series && progress.series.n === progress.series.of) this.#end(progressText(progress));
      }
    } catch (error) {
      console.warn("The run failed:", error);
      if (this.#id === id) this.#end(SAID.failed);
    }
  }

  #tell(/** @type {Progress} */ progress) {
    const { series } = progress;
    this.#series = series;
    this.bar.max = series?.of ?? 1;
    this.bar.value = series?.n ?? 0;
    this.#say(progressText(progress), spokenText(progress));
    this.show(series?.n ? series : null);
  }

  #cancel() {
    const id = this.#id;
    this.#end(cancelledText(this.#series));
    untilAnswered(() => this.server.cancel({ id })).catch(() => {}); // a server that has forgotten it computes nothing
  }

  #end(/** @type {string} */ words) {
    this.#follow("");
    this.#say(words);
  }

  /** Follow that run, or none; of the two buttons one sleeps, and the focus goes to the other. */
  #follow(/** @type {string} */ id) {
    this.#id = id;
    const [from, to] = id ? [this.button, this.canceller] : [this.canceller, this.button];
    const hadFocus = document.activeElement === from;
    to.disabled = false;
    from.disabled = true;
    if (hadFocus) to.focus({ preventScroll: true });
  }

  /** @param {string} words @param {string} [aloud] */
  #say(words, aloud = words) {
    find(this.form, "#run-status p").textContent = words;
    const spoken = find(this.form, ".spoken");
    if (spoken.textContent !== aloud) spoken.textContent = aloud;
  }

  // ---- the test set ----

  /** Say that the test set is missing while it is; another visitor may have fetched it. */
  async #offerDownload(/** @type {boolean} */ wasHere) {
    const isHere = wasHere || (await this.server.has_mnist({}).catch(() => null))?.here === true;
    const [missing, builtin] = [KEYS.MNIST_TEST, KEYS.BUILTIN].map((key) => sourceOf(key).phrase);
    find(this.form, ".missing").hidden = isHere;
    find(this.form, ".missing span").textContent =
      `${missing} are not ${this.place}, so runs use ${builtin}.`;
  }

  async #download() {
    this.downloader.disabled = true;
    this.bar.removeAttribute("value"); // nobody knows how long it takes
    this.#say("Downloading the test set …");
    try {
      const answer = await untilAnswered(() => this.server.download({}), { patience: DOWNLOAD });
      this.#say(refusalOf(answer) ?? ("said" in answer ? answer.said : ""));
    } catch (error) {
      console.warn("The download failed:", error);
      this.#say(SAID.failed);
    }
    this.bar.value = 0;
    this.downloader.disabled = false;
    await this.#offerDownload(false);
    if (find(this.form, ".missing").hidden) document.dispatchEvent(new CustomEvent("fgsm-mnist"));
  }
}
