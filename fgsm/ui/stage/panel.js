// One model under attack: the equation of three pictures, the verdict, and the two plots.

const LAST = 100; // epsilons are k / 200 for k = 0 … 100

/** The verdict at epsilon k: an icon's name and words. */
function verdictOf(stage, k) {
  const { label, predictions } = stage;
  const now = predictions[k];
  const before = predictions[0];
  if (before !== label && now === label) return ["still", `Put right:\n${before} → ${label}`];
  if (before !== label)
    return ["wrong", `Wrong before any attack: ${an(label)} read as ${before}` + (now === before ? "" : `, now ${now}`)];
  if (now === label) return ["still", `Still ${label}`];
  return ["fooled", `Fooled:\n${label} → ${now}`];
}

/** Epsilon* of a digit that is right before the attack; null if there is none up to 0.5. */
const breakingPoint = (stage) => stage.breaking_point || null; // 0: it was wrong already

function breakingPointText(stage) {
  const { breaking_point: breaks, right_again: again } = stage;
  if (breaks === 0)
    return again === null ? "no attack was needed" : `put right at ε = ${epsilonText(indexOf(again))}`;
  if (breaks === null) return "never breaks up to 0.5";
  return `breaks at ε* = ${epsilonText(indexOf(breaks))}` +
    (again === null ? "" : `, right again at ${epsilonText(indexOf(again))}`);
}

/** What the middle picture shows the direction of. */
const DIRECTIONS = {
  fgsm: "<i>ε</i> × sign ∇<sub><i>x</i></sub><i>J</i>",
  targeted: "−<i>ε</i> × sign ∇<sub><i>x</i></sub><i>J</i><sub>TARGET</sub>",
  random: "<i>ε</i> × random signs",
  ray: "<i>ε</i> × (<i>as</i> + <i>br</i>)",
  reversed: "−<i>ε</i> × sign ∇<sub><i>x</i></sub><i>J</i>",
};

class Panel {
  /** @param {HTMLTemplateElement} template of the parts, which are put where they belong. */
  constructor(template, onEpsilon) {
    const parts = template.content.cloneNode(true);
    this.top = parts.querySelector(".top");
    this.bottom = parts.querySelector(".bottom");
    this.find = (selector) => this.top.querySelector(selector);
    this.bars = new Bars(this.bottom.querySelector(".bars"));
    this.chart = new Chart(this.bottom.querySelector(".chart"), onEpsilon);
    this.colours = GREYS; // of changes; the page sets those of its theme
  }

  /** Take one stage of the server's answer; its frames are unpacked when this resolves. */
  static async load(stage, digit) {
    const [clean, frames, changes, direction] = await Promise.all(
      [digit.frame, stage.frames, stage.changes, stage.direction].map((text) => text && unpack(text)),
    );
    return { ...stage, digit, clean, frames, changes, direction };
  }

  /** Show another loaded stage; `paint` then shows it at an epsilon. */
  show(stage, view) {
    this.stage = stage;
    this.find(".verdict .words").textContent = ""; // so that the next one is announced, even if equal
    this.find(".model-name").textContent = NAMES[stage.model];
    paintFrame(this.find(".clean canvas"), stage.clean, 0, GREYS);
    const prediction = stage.predictions[0];
    const confidence = stage.probabilities[0][prediction];
    this.read(".clean", prediction, confidence);
    const { label, named } = stage.digit;
    this.find(".clean .label").textContent = named ? `, ${an(label)}` : ", drawn";
    this.find(".clean canvas").ariaLabel =
      `The clean image: ${named ? an(label) : "a drawing"}, read as ${prediction}`;
    this.bars.show(stage);
    this.chart.show(stage);
    this.setView(view);
  }

  /** Show the stage at epsilon k. This runs at every frame of a drag. */
  paint(k) {
    const { stage } = this;
    const prediction = stage.predictions[k];
    paintFrame(this.find(".adversarial canvas"), stage.frames, k, GREYS);
    this.find(".adversarial canvas").ariaLabel =
      `The adversarial image at epsilon ${epsilonText(k)}, read as ${prediction}`;
    this.read(".adversarial", prediction, stage.probabilities[k][prediction]);
    this.paintChange(k);
    this.paintVerdict(k);
    this.bars.paint(k);
    this.chart.paint(k);
  }

  read(figure, prediction, confidence) {
    this.find(`${figure} .reading b`).textContent = prediction;
    this.find(`${figure} .reading span`).textContent = percent(confidence);
  }

  /** Choose what the middle picture shows: the "direction", or the "change" after clipping. */
  setView(view) {
    // Ten steps have ten directions, so there is only the change they add up to.
    this.view = this.stage.direction ? view : "change";
    const isDirection = this.view === "direction";
    this.top.dataset.view = this.view;
    this.find(".change figcaption").innerHTML = isDirection
      ? DIRECTIONS[this.stage.method].replace("TARGET", this.stage.target)
      : "<i>x̃</i> − <i>x</i>";
    this.find(".change canvas").ariaLabel = isDirection
      ? "The direction: which pixels get darker, which lighter"
      : "How much each pixel changed";
    for (const button of this.top.querySelectorAll(".toggle button")) {
      button.ariaPressed = String(button.dataset.view === this.view);
      button.disabled = button.dataset.view === "direction" && !this.stage.direction;
    }
    this.find(".scale").textContent = isDirection
      ? "darker, as it was, lighter"
      : "−0.5 to +0.5, square-root scale";
  }

  paintChange(k) {
    const { stage } = this;
    const isDirection = this.view === "direction";
    const bytes = isDirection ? stage.direction : stage.changes;
    paintFrame(this.find(".change canvas"), bytes, isDirection ? 0 : k, this.colours);
    this.find(".moved").textContent =
      `${stage.moved[k]} of 784 pixels moved, ` +
      `largest ${stage.largest[k].toFixed(3)}, mean ${stage.mean[k].toFixed(3)}`;
  }

  paintVerdict(k) {
    const { stage } = this;
    const [icon, words] = verdictOf(stage, k);
    this.top.dataset.verdict = icon;
    const element = this.find(".verdict .words");
    // Only a change is announced, or a drag would talk without end.
    if (element.textContent !== words) element.textContent = words;
    const reached = stage.target !== null && stage.predictions[k] === stage.target;
    this.find(".at").textContent = `at ε = ${epsilonText(k)}${reached ? ", as targeted" : ""}`;
    this.find(".also").textContent = breakingPointText(stage);
    this.find(".survives").textContent =
      `Survives an 8-bit PNG: ${stage.survives[k] ? "yes" : "no"}`;
  }
}
