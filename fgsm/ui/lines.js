// A line chart: axes, lines, marks, and the values under the pointer. Text is HTML, so that it
// keeps its shape while the drawing is stretched to fill its box.

class LineChart {
  /** @param {HTMLElement} element an empty one, which becomes the chart. */
  constructor(element) {
    this.element = element;
    element.classList.add("line-chart");
    element.innerHTML =
      `<p class="y-title"></p><div class="plot"><svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="not drawn yet"></svg>` +
      `<div class="texts" aria-hidden="true"></div><div class="cursor" hidden></div><div class="tip" hidden></div></div>` +
      `<p class="x-title"></p>`;
    this.find = (selector) => element.querySelector(selector);
    const plot = this.find(".plot");
    plot.addEventListener("pointermove", (event) => this.point(event));
    plot.addEventListener("pointerdown", (event) => this.point(event));
    plot.addEventListener("pointerleave", () => this.leave());
  }

  /**
   * @param {object} chart
   *   `label`: the chart in words;
   *   `x`, `y`: `{ title, ticks, format }`, from the first tick to the last;
   *   `lines`: `{ name, className, points: [[x, y], …] }`, later ones on top; the style sheet knows
   *     the classes, and "dots" marks each point; a line without a name is not read out;
   *   `marks`: `{ x, text }`, vertical lines.
   */
  show(chart) {
    this.leave();
    this.chart = chart;
    const { label, x, y, lines, marks = [] } = chart;
    this.find("svg").ariaLabel = label;
    this.find(".x-title").innerHTML = x.title;
    this.find(".y-title").innerHTML = y.title;
    this.find("svg").innerHTML =
      y.ticks.map((tick) => `<path class="grid" d="M0 ${this.top(tick)}H100"/>`).join("") +
      marks.map((mark) => `<path class="mark" d="M${this.left(mark.x)} 0V100"/>`).join("") +
      lines.map((line) => this.path(line)).join("");
    this.find(".texts").replaceChildren(
      ...x.ticks.map((tick) => text("x", x.format(tick), { left: this.left(tick) })),
      ...y.ticks.map((tick) => text("y", y.format(tick), { top: this.top(tick) })),
      ...marks.map((mark) => text("mark-name", mark.text, { left: this.left(mark.x) })),
    );
  }

  path({ className, points }) {
    const places = points.map(([x, y]) => `${this.left(x).toFixed(2)} ${this.top(y).toFixed(2)}`);
    const line = `<path class="line ${className}" d="M${places.join("L")}"/>`;
    // A line of no length with round ends is a dot, and stays round however the plot is stretched.
    const dots = places.map((place) => `M${place}h0`).join("");
    return className.includes("dots") ? `${line}<path class="dot ${className}" d="${dots}"/>` : line;
  }

  left(x) {
    return 100 * share(x, this.chart.x.ticks);
  }

  top(y) {
    return 100 - 100 * share(y, this.chart.y.ticks);
  }

  /** Read out every line at the point nearest to the pointer. */
  point(event) {
    const { x, y, lines } = this.chart;
    const box = this.find("svg").getBoundingClientRect();
    const wanted = 100 * (event.clientX - box.left) / box.width;
    const distance = (at) => Math.abs(this.left(at) - wanted);
    const named = lines.filter(({ name, points }) => name && points.length);
    const xs = named.flatMap(({ points }) => points.map(([at]) => at));
    if (!xs.length) return;
    const nearest = xs.reduce((best, at) => (distance(at) < distance(best) ? at : best));
    const rows = named.flatMap(({ name, points }) =>
      points.filter(([at]) => at === nearest).map(([, value]) => [name, value]));
    rows.sort((a, b) => b[1] - a[1]);
    const tip = this.find(".tip");
    tip.replaceChildren(text("tip-x", `${plain(x.title)} = ${x.format(nearest)}`, {}), ...rows.map(([name, value]) => {
      const row = text("tip-row", name, {});
      row.append(text("tip-value", (y.precise ?? y.format)(value), {}));
      return row;
    }));
    tip.hidden = this.find(".cursor").hidden = false;
    this.find(".cursor").style.left = `${this.left(nearest)}%`;
    // On the side where there is room.
    const isLeft = this.left(nearest) > 50;
    tip.style.left = isLeft ? "auto" : `calc(${this.left(nearest)}% + 0.7em)`;
    tip.style.right = isLeft ? `calc(${100 - this.left(nearest)}% + 0.7em)` : "auto";
  }

  leave() {
    this.find(".tip").hidden = this.find(".cursor").hidden = true;
  }
}

/** Where a value lies between the first and the last tick: 0 to 1. */
function share(value, ticks) {
  return (value - ticks[0]) / (ticks.at(-1) - ticks[0]);
}

/** A `span` with that text, at those per cents of its parent. */
function text(className, content, place) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = content;
  for (const [side, at] of Object.entries(place)) element.style[side] = `${at}%`;
  return element;
}

/** The text of a bit of HTML. */
function plain(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent;
}
