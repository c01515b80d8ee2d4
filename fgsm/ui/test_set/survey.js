// Digit by digit: the article's grid, the confusion view, and the distribution of breaking points.

const ORDER = ["lenet", "lenet-robust", "softmax"];
const DIGITS = { test: "MNIST's 10,000 test digits", builtin: "the 1,000 built-in digits" };
const root = element.querySelector(".survey");
const find = (selector) => root.querySelector(selector);
const view = { model: "lenet", seed: 1, k: 30, cell: null, bar: null };
let surveyed; // the server's answer about the model shown

async function ask(name, data) {
  const answer = await inTime(server[name](data)).catch(() => null);
  const problem = answer ? answer.error : "The server does not answer. What is shown stays.";
  find(".problem").hidden = !problem;
  find(".problem").textContent = problem ?? "";
  return problem ? null : answer;
}

// ---- the model ----

async function showModel(model) {
  root.ariaBusy = "true";
  chooseModel(model);
  const [answer] = await Promise.all([ask("survey", { model }), showGrid()]);
  if (view.model !== model) return; // another was chosen meanwhile
  root.ariaBusy = "false";
  if (!answer) return surveyed && chooseModel(surveyed.model); // what is shown stays
  surveyed = answer;
  find(".which").textContent = `FGSM on ${DIGITS[answer.source]}`;
  showConfusion();
  showBreaking();
}

function chooseModel(model) {
  view.model = model;
  for (const button of find(".models").children) button.ariaPressed = String(button.dataset.model === model);
}

find(".models").replaceChildren(...ORDER.map((model) => {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.model = model;
  button.textContent = NAMES[model];
  button.onclick = () => showModel(model);
  return button;
}));

// ---- the article's grid ----

async function showGrid() {
  const { model, seed } = view;
  const answer = await ask("grid", { model, seed });
  if (!answer || view.model !== model || view.seed !== seed) return;
  const all = answer.rows.flatMap(({ k, digits }) => digits.map((digit) => ({ ...digit, k })));
  const tiles = await tilesOf(all, answer.frames, { source: answer.source, model });
  if (view.model !== model || view.seed !== seed) return;
  find(".rows").replaceChildren(...answer.rows.flatMap(({ k, fooled, digits }) => {
    const name = document.createElement("p");
    name.className = "name";
    name.innerHTML = `<b>ε = ${epsilonText(k)}</b><small>${fooled.toLocaleString("en")} fooled</small>`;
    const row = tiles.splice(0, digits.length);
    const missing = Array.from({ length: 5 - row.length }, () => document.createElement("span"));
    return [name, ...row, ...missing];
  }));
}

/** Buttons with the adversarial images of those digits, which lead to the stage. */
async function tilesOf(digits, frames, { source, model }) {
  const bytes = digits.length ? await unpack(frames) : [];
  return digits.map(({ index, label, prediction, k }, i) => {
    const tile = document.createElement("button");
    tile.type = "button";
    tile.className = "tile";
    tile.innerHTML = `<canvas width="28" height="28"></canvas><span>${label} → ${prediction}</span>`;
    tile.ariaLabel = `${label} read as ${prediction} at epsilon ${epsilonText(k)}: show it on the stage`;
    paintFrame(tile.firstChild, bytes, i, GREYS);
    tile.onclick = () => window.fgsmStage.show({ source, index, method: "fgsm", model, twin: false }, k);
    return tile;
  });
}

find(".others").onclick = () => {
  view.seed += 1;
  showGrid();
};

// ---- the confusion view ----

const digits = Array.from({ length: 10 }, (_, digit) => digit);
find("thead").innerHTML = `<tr><td></td>${digits.map((digit) => `<th scope="col">${digit}</th>`).join("")}</tr>`;
find("tbody").innerHTML = digits.map((label) =>
  `<tr><th scope="row">${label}</th>${digits.map((prediction) =>
    `<td><button type="button" data-label="${label}" data-prediction="${prediction}"></button></td>`).join("")}</tr>`).join("");
const cells = [...find("tbody").querySelectorAll("button")];

function showConfusion() {
  const counts = surveyed.confusion[view.k];
  find(".epsilon output").textContent = epsilonText(view.k);
  for (const cell of cells) {
    const { label, prediction } = cell.dataset;
    const count = counts[label][prediction];
    const total = counts[label].reduce((sum, each) => sum + each, 0);
    const isStill = label === prediction;
    cell.textContent = count || "";
    cell.disabled = isStill || count === 0;
    cell.ariaLabel = isStill ? `${count} of ${total} still read as ${label}` : `${count} of ${total} ${label}s read as ${prediction}`;
    cell.title = cell.ariaLabel;
    cell.parentElement.classList.toggle("still", isStill);
    cell.style.setProperty("--share", Math.sqrt(count / total).toFixed(3));
  }
  showCell();
}

let asking;

/** Examples of the chosen cell, asked for once the slider rests. */
function showCell() {
  for (const cell of cells) cell.ariaPressed = String(cell === view.cell);
  clearTimeout(asking);
  if (!view.cell) return find(".cell").replaceChildren();
  asking = setTimeout(async () => {
    const { k, cell } = view;
    const { model } = surveyed;
    const isStale = () => view.k !== k || view.cell !== cell || surveyed.model !== model;
    const [label, prediction] = [Number(cell.dataset.label), Number(cell.dataset.prediction)];
    const answer = await ask("cell", { model, k, label, prediction, seed: view.seed });
    if (!answer || isStale()) return;
    const words = document.createElement("p");
    const count = surveyed.confusion[k][label][prediction];
    words.textContent = `${count} of class ${label} read as ${prediction} at ε = ${epsilonText(k)}` +
      (count > answer.digits.length ? `; ${answer.digits.length} of them by lot:` : count ? ":" : ".");
    const tiles = document.createElement("div");
    const all = answer.digits.map((digit) => ({ ...digit, k }));
    tiles.replaceChildren(...await tilesOf(all, answer.frames, { source: answer.source, model }));
    if (isStale()) return;
    find(".cell").replaceChildren(words, tiles);
  }, 100);
}

find("tbody").addEventListener("click", ({ target }) => {
  const cell = target.closest("button");
  if (!cell) return;
  view.cell = cell === view.cell ? null : cell;
  showCell();
});
find(".epsilon input").addEventListener("input", ({ target }) => {
  view.k = Number(target.value);
  if (surveyed) showConfusion();
});

// ---- breaking points ----

function showBreaking() {
  const { breaking, never, wrong_before: wrong, n, source } = surveyed;
  const most = Math.max(...breaking);
  find(".bars").replaceChildren(...breaking.map((count, k) => {
    const bar = document.createElement("i");
    bar.style.height = `${100 * count / most}%`;
    return bar;
  }));
  const broken = breaking.reduce((sum, count) => sum + count, 0);
  const words = `Of ${DIGITS[source]}, ${broken.toLocaleString("en")} break by ε = 0.5, ` +
    `${never.toLocaleString("en")} never do, and ${wrong.toLocaleString("en")} were read wrongly before any attack.`;
  find(".breaking .lead").textContent = words;
  find(".bars").ariaLabel = `Histogram of breaking points. ${words}`;
  find(".axis").replaceChildren(...[0, 20, 40, 60, 80, 100].map((k) => {
    const tick = document.createElement("span");
    tick.textContent = k / 200;
    tick.style.left = `${100 * (k + 0.5) / breaking.length}%`;
    return tick;
  }));
  readBar(null);
  markCurrent();
}

/** Say how many digits a bar stands for; null is no bar. */
function readBar(k) {
  view.bar = k;
  for (const bar of find(".bars").children) bar.className = "";
  find(".bars").children[k]?.classList.add("read");
  const count = surveyed.breaking[k];
  find(".reading").textContent = k === null
    ? "Point at a bar, or move over them with the arrow keys, to read it."
    : `ε* = ${epsilonText(k)}: ${count.toLocaleString("en")} ${count === 1 ? "digit breaks" : "digits break"} there.`;
}

function pointAtBar({ clientX }) {
  if (!surveyed) return;
  const { left, width } = find(".bars").getBoundingClientRect();
  const bars = surveyed.breaking.length;
  const k = Math.min(Math.max(Math.floor(bars * (clientX - left) / width), 0), bars - 1);
  if (k !== view.bar) readBar(k); // or a screen reader would say it again and again
}

find(".bars").addEventListener("pointermove", pointAtBar);
find(".bars").addEventListener("pointerdown", pointAtBar);
find(".bars").addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by || !surveyed || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  readBar(Math.min(Math.max((view.bar ?? -1) + by, 0), surveyed.breaking.length - 1));
});

/** Where the digit on the stage breaks, if FGSM attacks it there. */
function markCurrent() {
  const { request, points } = window.fgsmStage.shown;
  const mark = find(".mark");
  const point = points?.[surveyed.model];
  mark.hidden = request.method !== "fgsm" || point === undefined || point === 0;
  if (mark.hidden) return find(".current").replaceChildren();
  const isNever = point === null;
  const k = isNever ? surveyed.breaking.length - 1 : indexOf(point);
  mark.style.left = `${100 * (k + 0.5) / surveyed.breaking.length}%`;
  find(".current").textContent =
    `The digit on the stage ${isNever ? "never breaks" : `breaks at ε* = ${epsilonText(k)}`}: ` +
    `harder to fool than ${shareText(isNever ? surveyed.harder_than_never : surveyed.harder_than[k])} of those read correctly.`;
}

/** A share of counted digits: here 0 and all are exact. */
const shareText = (share) => (share === 0 || share === 1 ? `${100 * share} %` : percent(share));

document.addEventListener("fgsm-shown", () => surveyed && markCurrent());
document.addEventListener("fgsm-test-set", () => showModel(view.model));
showModel(view.model);
