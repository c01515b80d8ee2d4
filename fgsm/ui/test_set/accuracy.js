// Accuracy against epsilon: the curves of the cards, and that of a run on this device.

const ATTACKS = {
  fgsm: ["FGSM", ""],
  iterative: ["iterative FGSM (10 steps)", "dashed"],
  random: ["random signs (control)", "dotted"],
};
const OTHERS = { "pgd-40": "PGD, 40 steps" }; // in the table only
const MODELS = ["softmax", "lenet", "lenet-robust"];
const find = (selector) => element.querySelector(selector);
const attackName = (method) => ATTACKS[method]?.[0] ?? OTHERS[method];
const chart = new LineChart(find(".chart"));

const inPercent = (digits) => (part) => `${(100 * part).toFixed(digits)} %`;

function draw() {
  const { cards, run } = props.value;
  const n = new Set([...cards, ...(run ? [run] : [])].map((series) => series.n.toLocaleString("en")));
  chart.show({
    label: "Accuracy of three models against epsilon; the table below has the numbers.",
    x: { title: "<i>ε</i>", ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5], format: String },
    y: {
      title: `accuracy, n = ${[...n].join(" and ")} digits`,
      ticks: [0, 0.25, 0.5, 0.75, 1],
      format: inPercent(0),
      precise: inPercent(2),
    },
    lines: [
      ...cards.filter(({ method }) => method in ATTACKS).map((series) => line(series, series.method === "fgsm" ? "" : "thin")),
      ...(run ? [line(run, "run dots")] : []),
    ],
  });
  find(".legend").innerHTML =
    MODELS.map((model) => `<span class="${model}">${NAMES[model]}</span>`).join("") +
    (run ? `<span class="run">your run</span>` : "") +
    Object.values(ATTACKS).map(([name, dashes]) => `<span class="attack ${dashes}">${name}</span>`).join("");
  // While a run goes on, only for who looks: the time it takes is taken from the run.
  if (!run || run.n === run.of || find("details").open) fillTable(run ? [...cards, run] : cards);
}

function line({ model, method, results, of }, more) {
  return {
    name: `${of ? "your run: " : ""}${NAMES[model]}, ${attackName(method)}`,
    className: `${model} ${ATTACKS[method][1]} ${more}`,
    points: results.map(({ epsilon, accuracy }) => [epsilon, accuracy]),
  };
}

// ---- the table, and the ways to take it along ----

function fillTable(all) {
  const epsilons = [...new Set(all.flatMap(({ results }) => results.map(({ epsilon }) => epsilon)))];
  epsilons.sort((a, b) => a - b);
  const head = ["model", "attack", ...epsilons.map((epsilon) => `ε = ${epsilon}`)];
  find("table").innerHTML =
    `<thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>` +
    `<tbody>${all.map((series) => {
      const cells = epsilons.map((epsilon) => {
        const result = series.results.find((each) => each.epsilon === epsilon);
        return `<td>${result ? inPercent(2)(result.accuracy) : ""}</td>`;
      });
      const name = `${NAMES[series.model]}${series.of ? ` (your run, ${series.n} digits)` : ""}`;
      return `<tr class="${series.of ? "run" : ""}"><th scope="row">${name}</th>` +
        `<td>${attackName(series.method)}</td>${cells.join("")}</tr>`;
    }).join("")}</tbody>`;
}

/** The table's text, as spreadsheets take it from the clipboard. */
const tableText = () => [...find("table").rows]
  .map((row) => [...row.cells].map((cell) => cell.textContent).join("\t"))
  .join("\n");

find(".copy").onclick = async () => {
  try {
    await navigator.clipboard.writeText(tableText());
    say("Copied.");
  } catch {
    // Over plain http from another machine browsers give no clipboard.
    find("details").open = true;
    getSelection().selectAllChildren(find("table"));
    say("Selected: press Ctrl+C to copy.");
  }
};

/** One line for each result, with all that was counted. */
function csv() {
  const { cards, run } = props.value;
  const rows = [...cards, ...(run ? [run] : [])].flatMap(({ model, method, source, n, of, results }) =>
    results.map(({ epsilon, correct, accuracy, mean_confidence_wrong: confidence }) =>
      [of ? "this device" : "card", model, method, source, epsilon, correct, n, accuracy, confidence ?? ""]));
  const head = ["measured", "model", "attack", "digits", "epsilon", "correct", "n", "accuracy", "mean_confidence_wrong"];
  return [head, ...rows].map((row) => row.join(",")).join("\n") + "\n";
}

find(".csv").onclick = () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
  link.download = "fgsm-accuracy.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};

function say(words) {
  find(".done").textContent = words;
  setTimeout(() => { find(".done").textContent = ""; }, 4_000);
}

draw();
watch("value", draw);
