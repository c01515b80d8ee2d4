// @ts-check
// Digit by digit: the article's grid, the confusion view, and the distribution of breaking points.

import { catalogue } from "../shared/catalogue.js";
import { create, find, findAll } from "../shared/dom.js";
import { SAID } from "../shared/server.js";
import { refusalOf, untilAnswered } from "../shared/waiting.js";
import { count, epsilonText, sourceOf } from "../shared/words.js";
import { onShown } from "../stage/shown.js";
import { Confusion } from "./confusion.js";
import { Histogram } from "./histogram.js";
import { tilesOf } from "./tiles.js";

/** @typedef {import("../contract").Counts} Counts */
/** @typedef {import("../shared/dom.js").View} View */

export function start(/** @type {View} */ view) {
  const { element } = view;
  /** @type {import("../contract").Service} */
  const server = view.server;
  const root = find(element, ".survey");
  const chosen = { model: catalogue.models[0].key, seed: 1 };
  const histogram = new Histogram(find(root, ".breaking"));
  const confusion = new Confusion(find(root, ".confusion"), (request) =>
    ask(() => server.cell({ ...request, seed: chosen.seed })));
  /** @type {Counts | null} */
  let counts = null; // of the model shown

  /**
   * The answer; null if there is none, and then the page says why.
   * @template {object} T
   * @param {() => Promise<T | import("../contract").Refusal>} question
   * @returns {Promise<T | null>}
   */
  async function ask(question) {
    const answer = await untilAnswered(question).catch(() => null);
    const problem = answer ? refusalOf(answer) : `${SAID.failed} What is shown stays.`;
    find(root, ".problem").hidden = !problem;
    find(root, ".problem").textContent = problem ?? "";
    return problem ? null : /** @type {T} */ (answer);
  }

  // ---- the model ----

  async function showModel(/** @type {string} */ model) {
    root.ariaBusy = "true";
    choose(model);
    const [answer] = await Promise.all([ask(() => server.counts({ model })), showGrid()]);
    if (chosen.model !== model) return; // another was chosen meanwhile
    root.ariaBusy = "false";
    if (!answer) {
      if (counts) choose(counts.model); // what is shown stays
      return;
    }
    counts = answer;
    find(root, ".which").textContent = `FGSM on ${sourceOf(answer.source).phrase}`;
    confusion.show(answer);
    histogram.show(answer);
  }

  function choose(/** @type {string} */ model) {
    chosen.model = model;
    for (const button of findAll(root, ".models button"))
      button.ariaPressed = String(button.dataset.model === model);
  }

  find(root, ".models").replaceChildren(...catalogue.models.map(({ key, title }) => {
    const button = create("button", "", title);
    button.type = "button";
    button.dataset.model = key;
    button.onclick = () => showModel(key);
    return button;
  }));

  // ---- the article's grid ----

  async function showGrid() {
    const { model, seed } = chosen;
    const isStale = () => chosen.model !== model || chosen.seed !== seed;
    const answer = await ask(() => server.grid({ model, seed }));
    if (!answer || isStale()) return;
    const all = answer.rows.flatMap(({ k, digits }) => digits.map((digit) => ({ ...digit, k })));
    const tiles = await tilesOf(all, answer.frames, { source: answer.source, model });
    if (isStale()) return;
    find(root, ".rows").replaceChildren(...answer.rows.flatMap(({ k, fooled, digits }) => {
      const name = create("p", "name");
      name.append(create("b", "", `ε = ${epsilonText(k)}`), create("small", "", `${count(fooled)} fooled`));
      const row = tiles.splice(0, digits.length);
      const missing = Array.from({ length: answer.columns - row.length }, () => create("span"));
      return [name, ...row, ...missing];
    }));
  }

  find(root, ".others").onclick = () => {
    chosen.seed += 1;
    showGrid();
  };

  onShown(() => histogram.markCurrent());
  document.addEventListener("fgsm-mnist", () => showModel(chosen.model));
  showModel(chosen.model);
}
