// The two plots of a panel: ten pairs of bars, and each class's confidence against epsilon.

class Bars {
  constructor(figure) {
    this.figure = figure;
    this.columns = Array.from({ length: 10 }, (_, digit) => {
      const column = document.createElement("div");
      column.className = "column";
      column.innerHTML =
        `<span class="value"></span><span class="pair"><i class="clean"></i><i class="adversarial"></i></span>` +
        `<b>${digit}</b>`;
      return column;
    });
    figure.querySelector(".columns").replaceChildren(...this.columns);
  }

  show(stage) {
    this.stage = stage;
    this.columns.forEach((column, digit) => {
      column.classList.toggle("label", digit === stage.label);
      column.querySelector(".clean").style.transform = `scaleY(${stage.probabilities[0][digit]})`;
    });
  }

  paint(k) {
    const { probabilities, predictions } = this.stage;
    this.columns.forEach((column, digit) => {
      const p = probabilities[k][digit];
      column.classList.toggle("predicted", digit === predictions[k]);
      column.querySelector(".adversarial").style.transform = `scaleY(${p})`;
      // As `percent`, in less room: nothing that is not certain is "100".
      column.querySelector(".value").textContent =
        p > 0.995 ? ">99" : p < 0.005 ? "" : Math.round(100 * p);
    });
    this.figure.ariaLabel =
      `Confidence per class. Clean: ${top(probabilities[0])}. Adversarial: ${top(probabilities[k])}.`;
  }
}

/** The three most likely classes, in words. */
function top(probabilities) {
  return probabilities
    .map((p, digit) => [p, digit])
    .sort((a, b) => b[0] - a[0])
    .slice(0, 3)
    .map(([p, digit]) => `${digit} ${percent(p)}`)
    .join(", ");
}

class Chart {
  /** @param {(k: number) => void} onEpsilon called when someone points at an epsilon. */
  constructor(figure, onEpsilon) {
    this.svg = figure.querySelector("svg");
    this.plot = document.createElement("div");
    this.plot.className = "plot";
    this.svg.replaceWith(this.plot);
    this.svg.setAttribute("viewBox", "0 0 100 100");
    this.labels = document.createElement("div");
    this.playhead = document.createElement("div");
    this.playhead.className = "playhead";
    this.mark = document.createElement("div");
    this.mark.className = "mark";
    this.mark.innerHTML = "<span><i>ε</i>*</span>";
    this.plot.append(this.svg, this.mark, this.playhead, this.labels, ...axes());
    onPoint(this.plot, (part) => onEpsilon(Math.round(part * LAST)));
  }

  show(stage) {
    const { label, predictions, probabilities } = stage;
    const breaks = breakingPoint(stage);
    const winners = new Set(predictions);
    this.svg.innerHTML = Array.from({ length: 10 }, (_, digit) => digit)
      .sort((a, b) => (a === label) - (b === label)) // the label's line on top
      .map((digit) => {
        const points = probabilities.map((row, k) => `${k},${(100 - 100 * row[digit]).toFixed(2)}`);
        const kind = digit === label ? "label" : winners.has(digit) ? "winner" : "other";
        return `<polyline class="${kind}" points="${points.join(" ")}"/>`;
      })
      .join("");
    this.svg.ariaLabel = `Confidence of each class against epsilon: ${breakingPointText(stage)}.`;
    const names = [...new Set([label, ...winners])].map((digit) => place(digit, probabilities));
    this.labels.replaceChildren(...names.map(({ digit, left, top }) => {
      const text = document.createElement("b");
      text.className = digit === label ? "line-name label" : "line-name";
      text.textContent = digit;
      text.style.left = `${left}%`;
      text.style.top = `${top}%`;
      return text;
    }));
    this.mark.hidden = breaks === null;
    this.mark.style.left = `${200 * (breaks ?? 0)}%`;
    this.mark.classList.toggle("is-late", breaks > 0.25);
    this.mark.firstChild.style.top = `${freeHeight(200 * (breaks ?? 0), names)}%`;
  }

  paint(k) {
    this.playhead.style.left = `${k}%`;
  }
}

/** Where the name of a line is written, in percent of the plot: where the line is highest. */
function place(digit, probabilities) {
  const heights = probabilities.map((row) => row[digit]);
  const k = heights.indexOf(Math.max(...heights));
  return { digit, left: Math.min(Math.max(k, 3), 97), top: 100 - 100 * heights[k] };
}

/** How far down ε* is written beside its mark, in percent: where no line's name is. */
function freeHeight(at, names) {
  const [BESIDE, ABOVE, BELOW] = [20, 36, 2]; // how near a name would touch it
  const near = names.filter(({ left }) => Math.abs(left - at) < BESIDE);
  const isFree = (height) => near.every(({ top }) => height < top - ABOVE || height > top + BELOW);
  return [40, 55, 70, 25, 10, 80].find(isFree) ?? 40;
}

/**
 * Tell how far along the element is pointed, 0 to 1: where a mouse is pressed or dragged, and where
 * a finger taps or moves sideways. A finger that moves up or down scrolls, and sets nothing.
 */
function onPoint(element, tell) {
  const SIDEWAYS = 8; // pixels
  let start = null; // of a finger that may yet scroll
  const point = ({ clientX }) => {
    const box = element.getBoundingClientRect();
    tell(Math.min(Math.max((clientX - element.clientLeft - box.left) / element.clientWidth, 0), 1));
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    element.setPointerCapture(event.pointerId);
    start = event.pointerType === "touch" ? event : null;
    if (!start) point(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    if (start) {
      const [right, down] = [event.clientX - start.clientX, event.clientY - start.clientY].map(Math.abs);
      if (right < SIDEWAYS || right < down) return;
      start = null;
    }
    point(event);
  });
  element.addEventListener("pointerup", (event) => {
    if (start && event.isPrimary) point(event); // a tap
    start = null;
  });
  element.addEventListener("pointercancel", () => { start = null; }); // the page scrolls
}

/** The numbers along the axes. */
function axes() {
  const number = (className, text, side, part) => {
    const element = document.createElement("span");
    element.className = className;
    element.textContent = text;
    element.style[side] = `${part}%`;
    element.ariaHidden = "true";
    return element;
  };
  return [
    ...[0, 50, 100].map((value) => number("y", `${value} %`, "bottom", value)),
    ...[0, 0.2, 0.4].map((value) => number("x", value, "left", 200 * value)),
    ...[0.1, 0.3, 0.5].map((value) => number("x minor", value, "left", 200 * value)),
  ];
}
