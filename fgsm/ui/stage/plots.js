// The two plots of a panel: ten pairs of bars, and each class's confidence against epsilon.

const TOUCH_SLOP = 8; // pixels that a finger moves sideways before it means to drag

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
    const point = (event) => {
      const box = this.svg.getBoundingClientRect();
      const part = (event.clientX - box.left) / box.width;
      onEpsilon(Math.round(Math.min(Math.max(part, 0), 1) * LAST));
    };
    let touched = null; // where a finger came down that may yet scroll the page
    this.plot.addEventListener("pointerdown", (event) => {
      this.plot.setPointerCapture(event.pointerId);
      touched = event.pointerType === "touch" ? event.clientX : null;
      if (touched === null) point(event);
    });
    this.plot.addEventListener("pointermove", (event) => {
      if (!this.plot.hasPointerCapture(event.pointerId)) return;
      if (touched !== null && Math.abs(event.clientX - touched) < TOUCH_SLOP) return;
      touched = null;
      point(event);
    });
    this.plot.addEventListener("pointerup", (event) => {
      if (touched !== null) point(event); // a tap
    });
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
    const names = [...new Set([label, ...winners])].map((digit) => {
      // Written where the line is highest.
      const heights = probabilities.map((row) => row[digit]);
      const k = heights.indexOf(Math.max(...heights));
      return { digit, left: Math.min(Math.max(k, 3), 97), top: 100 - 100 * heights[k] };
    });
    this.labels.replaceChildren(...names.map(({ digit, left, top }) => {
      const text = document.createElement("b");
      text.className = digit === label ? "line-name label" : "line-name";
      text.textContent = digit;
      text.style.left = `${left}%`;
      text.style.top = `${top}%`;
      return text;
    }));
    this.mark.hidden = breaks === null;
    const at = 200 * (breaks ?? 0);
    this.mark.style.left = `${at}%`;
    // Beside the mark at a height where no line has its name.
    const isFree = (height) =>
      names.every(({ left, top }) => Math.abs(left - at - 4) > 9 || Math.abs(top - 8 - height) > 14);
    this.mark.firstChild.style.top = `${[45, 70, 20].find(isFree) ?? 45}%`;
  }

  paint(k) {
    this.playhead.style.left = `${k}%`;
  }
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
