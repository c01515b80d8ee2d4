// @ts-check
// Accuracy against epsilon: the curves of the cards, and the curve of a run on this device.

import { catalogue } from "../shared/catalogue.js";
import { LineChart } from "../shared/chart.js";
import { copied } from "../shared/clipboard.js";
import { create, find, noteCut } from "../shared/dom.js";
import { offer } from "../figures/dialog.js";
import { traced } from "../figures/traced.js";
import { saveFile } from "../shared/files.js";
import { LARGEST, RANKED, attackOf, count, inDecimals, inSentence, modelColour, modelName, sourceOf } from "../shared/words.js";
import { csv } from "./csv.js";
import { Running } from "./running.js";

/** @typedef {import("../contract").Series} Series */
/** @typedef {import("../shared/chart.js").Line} Line */
/** @typedef {import("../shared/dom.js").View} View */

/** The attacks that have curves; the others are in the table only. */
const CURVES = catalogue.attacks.filter(({ offered }) => offered.includes("runs"));

const attackName = (/** @type {string} */ key) => inSentence(attackOf(key).name);
const inPercent = (/** @type {number} */ digits) => (/** @type {number} */ part) =>
  `${(100 * part).toFixed(digits)} %`;

export function start(/** @type {View} */ { element, props, server }) {
  /** @type {Series[]} */
  const cards = props.value.cards;
  /** @type {Series | null} */
  let run = null; // the last one on this device
  const chart = new LineChart(find(element, ".chart"));
  const table = find(element, "table", HTMLTableElement);
  const details = find(element, "details", HTMLDetailsElement);
  const all = () => (run ? [...cards, run] : cards);

  function draw() {
    chart.show({
      label: `Accuracy of ${catalogue.models.length} models against epsilon; the table below has the numbers.`,
      x: { title: "<i>ε</i>", ticks: [0, 0.1, 0.2, 0.3, 0.4, LARGEST], format: inDecimals },
      y: {
        title: yTitle(cards[0], run),
        ticks: [0, 0.25, 0.5, 0.75, 1],
        format: inPercent(0),
        precise: inPercent(2),
      },
      lines: all().filter(({ attack }) => CURVES.some(({ key }) => key === attack)).map(lineOf),
    });
    find(element, ".legend").replaceChildren(...legend(run !== null));
    // During a run, only while the table is open: filling it takes time from the run.
    if (!run || run.n === run.of || details.open) fillTable(table, all());
  }

  const say = (/** @type {string} */ words) => {
    find(element, ".done").textContent = words;
    setTimeout(() => { find(element, ".done").textContent = ""; }, 4_000);
  };
  find(element, ".copy").onclick = async () => {
    if (await copied(textOf(table))) return say("Copied.");
    details.open = true;
    getSelection()?.selectAllChildren(table);
    say("Selected: press Ctrl+C to copy.");
  };
  find(element, ".csv").onclick = () => saveFile(new Blob([csv(all())], { type: "text/csv" }), "fgsm-accuracy.csv");
  find(element, ".save-figure").onclick = () => offer([{
    name: "Accuracy",
    title: "Accuracy against ε",
    caption: "The share of digits read correctly both before and after the attack.",
    file: "fgsm-accuracy",
    draw: () => traced([
      { element: find(element, ".legend"), width: 1000 },
      { element: find(element, ".chart"), width: 1000, height: 500 },
    ], 8),
  }]);
  draw();
  noteCut(find(element, ".scroll"), find(element, ".cut"));
  new Running(find(element, "#run"), server, props.value, (series) => {
    // It is at the beginning of a run that its curve must be in sight; then one may scroll away.
    if (run === null && series) find(element, ".chart").scrollIntoView({ block: "nearest" });
    run = series;
    draw();
  });
}

/** What was measured on how many digits. @param {Series | undefined} card @param {Series | null} run */
function yTitle(card, run) {
  const digits = (/** @type {Series} */ { n, source }) => `${count(n)} ${sourceOf(source).title}`;
  const [measured, yours] = [card ? ` on ${digits(card)}` : "", run ? ` on ${digits(run)}` : ""];
  return `accuracy${measured}${yours === measured || !run ? "" : `, your run${yours}`}`;
}

/** @returns {Line} */
function lineOf(/** @type {Series} */ { model, attack, results, of }) {
  const { line } = attackOf(attack);
  const isRun = of !== null;
  const isFirst = attack === CURVES[0].key;
  return {
    name: `${isRun ? "your run: " : ""}${modelName(model)}, ${attackName(attack)}`,
    colour: isRun ? "var(--run)" : modelColour(model),
    className: `${line} ${isRun ? "run dots" : isFirst ? "" : "thin"}`,
    points: results.map(({ epsilon, accuracy }) => [epsilon, accuracy]),
  };
}

/** Colours tell models apart, line styles tell attacks apart. */
function legend(/** @type {boolean} */ hasRun) {
  const models = RANKED.map(({ key, title }) => {
    const model = create("span", "", title);
    model.style.setProperty("--colour", modelColour(key));
    return model;
  });
  const run = create("span", "run", "your run");
  const attacks = CURVES.map(({ name, line }) => create("span", `attack ${line}`, inSentence(name)));
  return [...models, ...(hasRun ? [run] : []), ...attacks];
}

// ---- the table, and the ways to copy or save it ----

/** @param {HTMLTableElement} table @param {Series[]} all */
function fillTable(table, all) {
  const epsilons = [...new Set(all.flatMap(({ results }) => results.map(({ epsilon }) => epsilon)))];
  epsilons.sort((a, b) => a - b);
  const head = ["model", "attack", ...epsilons.map((epsilon) => `ε = ${inDecimals(epsilon)}`)].map((name) => {
    const cell = create("th", "", name);
    cell.scope = "col";
    return cell;
  });
  const rows = all.map(({ model, attack, n, of, results }) => {
    const row = create("tr", of === null ? "" : "run");
    const name = create("th", "", `${modelName(model)}${of === null ? "" : ` (your run, ${count(n)} digits)`}`);
    name.scope = "row";
    row.append(name, create("td", "", attackName(attack)));
    for (const epsilon of epsilons) {
      const result = results.find((each) => each.epsilon === epsilon);
      row.append(create("td", "", result ? inPercent(2)(result.accuracy) : ""));
    }
    return row;
  });
  const [top, body, first] = [create("thead"), create("tbody"), create("tr")];
  first.append(...head);
  top.append(first);
  body.append(...rows);
  table.replaceChildren(top, body);
}

/** The table's text, as spreadsheets take it from the clipboard. */
function textOf(/** @type {HTMLTableElement} */ table) {
  return [...table.rows]
    .map((row) => [...row.cells].map((cell) => cell.textContent).join("\t"))
    .join("\n");
}
