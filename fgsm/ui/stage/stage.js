// The live view: what is chosen, what the server answered, and what is shown of it.
//
// Gradio runs this file, after the others of this folder, as the body of a function with
// `element` (our HTML), `props.value` (the settings and the first answer) and `server` (the
// functions of stage/__init__.py). Choosing asks the server; moving epsilon never does.

const EXPLAIN = {
  fgsm: "Every pixel moves by ε in the direction that raises the loss.",
  targeted: "Every pixel moves by ε in the direction that lowers the loss of another class.",
  iterative: "Ten smaller steps, each with a new gradient, never further than ε from x.",
  random: "The control: a step as large as FGSM's, in a direction drawn by lot.",
  reversed: "FGSM backwards, down the loss: while ε is small, the model gets surer of the label.",
  ray: "Straight to a point of the church window: partly along FGSM's direction, partly across it.",
};
const root = element.querySelector(".fgsm");
const find = (selector) => root.querySelector(selector);
const { settings, first } = props.value;

/** What is asked of the server, and what was asked when it last had an answer. */
const choice = { ...first.request };
let answered = { ...choice };
/** What is shown of its answer. */
const view = { k: indexOf(first.epsilon), change: "direction" };
let panels = [];

// ---- asking ----

const isServerUp = () => inTime(fetch(settings.sprite, { method: "HEAD", cache: "no-store" }), 2_000).then(({ ok }) => ok);

const asker = new Asker((request) => server.attack(request), request, {
  isServerUp,
  async answer(answer, request) {
    root.dataset.state = "ready";
    setNotice(null);
    answered = request;
    await show(answer);
    compareSoon(request);
  },
  refusal(sentence, isLast) {
    root.dataset.state = "ready";
    setNotice(sentence);
    if (isLast) goBack();
  },
  lost() {
    root.dataset.state = "lost";
    setNotice("Connection lost. What you see keeps working, the slider too; another digit needs the server.");
  },
  asking(isAsking) { root.dataset.asking = isAsking; },
  failed(isLast) {
    setNotice("The server could not compute this; what you see keeps working. Its log says why.");
    if (isLast) goBack();
  },
  slow(isSlow) { find(".stage").ariaBusy = String(isSlow); },
  waiting() { setNotice("Still waiting for the server. What you see keeps working, the slider too."); },
});
const ask = () => asker.ask();

/** The choice as a request; null while there is no drawing yet. */
function request() {
  if (choice.source === "drawing" && !pad.isEmpty) choice.drawing = pad.pixels();
  return choice.source === "drawing" && !choice.drawing ? null : { ...choice };
}

/** After a refusal: choose again what is shown. */
function goBack() {
  Object.assign(choice, answered);
  named.value = answered.label ?? "";
  showChoice();
}

/** Set the controls to what is chosen. */
function showChoice() {
  picker.showPicked(choice.source, choice.index);
  find(".method").value = choice.method;
  find(".target select").value = choice.target ?? "";
  find(".model").value = choice.model;
  find(".twin").checked = choice.twin;
  showOptions();
}

let comparing;
let compared = {}; // the last comparison, and of what

/** All models are compared, whichever is shown; only an unnamed drawing's label depends on that. */
function comparisonKey(request) {
  const { model, twin, ...rest } = request;
  const isNamed = request.source !== "drawing" || request.label !== null;
  return JSON.stringify(isNamed ? rest : request);
}

/** Compare the models once the person pauses: it costs more than the attack, and can wait. */
function compareSoon(request) {
  clearTimeout(comparing);
  const key = comparisonKey(request);
  if (key === compared.key) return showComparison(compared.answer);
  find(".compare").classList.add("is-stale");
  comparing = setTimeout(async () => {
    const shown = root.dataset.shown;
    const answer = await inTime(server.compare(request)).catch(() => null);
    if (shown !== root.dataset.shown) return;
    if (!answer || answer.error) return find(".compare").replaceChildren("No comparison: no answer.");
    compared = { key, answer };
    showComparison(answer);
  }, 150);
}

function setNotice(text) {
  const notice = find(".notice");
  notice.hidden = !text;
  notice.querySelector("span").textContent = text ?? "";
  notice.querySelector(".again").hidden = root.dataset.state !== "lost";
}

// ---- showing ----

async function show(answer) {
  const loaded = await Promise.all(answer.stages.map((stage) => Panel.load(stage, answer.digit)));
  if (panels.length !== loaded.length) buildPanels(loaded.length);
  panels.forEach((panel, i) => panel.show(loaded[i], view.change));
  root.classList.toggle("is-twin", loaded.length === 2);
  root.dataset.shown = Number(root.dataset.shown ?? 0) + 1; // of answers, so far
  nameTheDrawing(answer.digit);
  markBreakingPoints();
  paint();
  tellOthers();
}

/** Say to the header and to the other tabs that something else is shown. */
function tellOthers() {
  const stages = panels.map(({ stage }) => stage);
  document.dispatchEvent(new CustomEvent("fgsm-shown", { detail: { stages } }));
}

function buildPanels(count) {
  for (const panel of panels) {
    panel.top.remove();
    panel.bottom.remove();
  }
  const template = find("template");
  panels = Array.from({ length: count }, () => new Panel(template, setEpsilon));
  find(".epsilon").before(...panels.map((panel) => panel.top));
  find(".stage").append(...panels.map((panel) => panel.bottom));
  for (const button of root.querySelectorAll(".toggle button"))
    button.onclick = () => {
      view.change = button.dataset.view;
      for (const panel of panels) panel.setView(view.change);
      paint();
    };
  for (const panel of panels) panel.colours = themeColours();
}

function paint() {
  for (const panel of panels) panel.paint(view.k);
  const range = find("#fgsm-epsilon");
  if (indexOf(range.value) !== view.k) range.value = view.k / 200;
  range.ariaValueText = epsilonText(view.k);
  const number = find(".number");
  if (number !== document.activeElement) number.value = epsilonText(view.k);
  root.dataset.epsilon = epsilonText(view.k);
}

let isPainting = false;

/** Move epsilon; painted once in the next frame, however many events came before. */
function setEpsilon(k) {
  view.k = Math.min(Math.max(k, 0), LAST);
  if (isPainting) return;
  isPainting = true;
  requestAnimationFrame(() => {
    isPainting = false;
    paint();
  });
}

function markBreakingPoints() {
  const marks = panels.map(({ stage }) => breakingPoint(stage)).map((point, i) => {
    const mark = document.createElement("span");
    mark.className = "breaks";
    mark.hidden = point === null;
    mark.style.setProperty("--at", (point ?? 0) / 0.5);
    mark.style.setProperty("--lane", i);
    const name = panels.length === 1 ? "ε*" : NAMES[panels[i].stage.model];
    mark.textContent = `▼ ${name}`;
    return mark;
  });
  const ticks = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5].map((epsilon) => {
    const tick = document.createElement("span");
    tick.className = "tick";
    tick.style.setProperty("--at", epsilon / 0.5);
    tick.textContent = String(epsilon).slice(1);
    return tick;
  });
  find(".ticks").replaceChildren(...ticks, ...marks);
  const room = find(".track").clientWidth;
  marks.forEach((mark) => {
    const left = room * mark.style.getPropertyValue("--at");
    if (left + mark.offsetWidth < room) return;
    mark.classList.add("is-late"); // its name goes to the left, or it would leave the track
    mark.textContent = `${mark.textContent.slice(2)} ▼`;
  });
  find(".jump").disabled = panels.every(({ stage }) => breakingPoint(stage) === null);
}

function showComparison({ breaking_points: points, predictions, named: isNamed }) {
  const parts = ["softmax", "lenet", "lenet-robust"].map((name) => {
    const point = points[name];
    const part = document.createElement("span");
    part.innerHTML = `${NAMES[name]} <b></b>`;
    part.lastChild.textContent =
      point === null ? "> 0.5"
        : point > 0 ? epsilonText(indexOf(point))
          : `${isNamed ? "misread as" : "reads"} ${predictions[name]}`;
    part.classList.toggle("is-shown", panels.some(({ stage }) => stage.model === name));
    return part;
  });
  const label = document.createElement("span");
  label.textContent = "Breaks at ε* =";
  find(".compare").replaceChildren(label, ...parts);
  find(".compare").classList.remove("is-stale");
  tellOthers();
}
