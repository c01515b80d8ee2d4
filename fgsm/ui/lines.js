// A line chart: axes, lines, marks, and the values at a place: under the pointer, where a finger
// tapped, or where the arrow keys went. Text is HTML, so that it keeps its shape while the drawing
// is stretched to fill its box.

class LineChart {
  /** @param {HTMLElement} element an empty one, which becomes the chart. */
  constructor(element) {
    this.element = element;
    this.chart = { lines: [] };
    element.classList.add("line-chart");
    element.innerHTML =
      `<p class="y-title"></p><div class="plot" tabindex="0" role="application"><svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="not drawn yet"></svg>` +
      `<div class="texts" aria-hidden="true"></div><div class="cursor" hidden></div><div class="tip" role="status" hidden></div></div>` +
      `<p class="x-title"></p>`;
    this.find = (selector) => element.querySelector(selector);
    const plot = this.find(".plot");
    plot.addEventListener("pointermove", (event) => this.point(event));
    plot.addEventListener("pointerdown", (event) => this.point(event));
    // A lifted finger has left too, but its owner wants to read; then a tap elsewhere closes.
    plot.addEventListener("pointerleave", ({ pointerType }) => pointerType === "touch" || this.leave());
    plot.addEventListener("pointercancel", () => this.leave()); // it scrolls the page
    plot.addEventListener("blur", () => this.leave());
    plot.addEventListener("keydown", (event) => this.step(event));
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
    const { at } = this;
    this.chart = chart;
    const { label, x, y, lines, marks = [] } = chart;
    this.find("svg").ariaLabel = label;
    this.find(".plot").ariaLabel = `${label} Arrow keys read its values.`;
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
    // Who reads a curve that grows goes on reading.
    if (this.places().includes(at)) this.read(at);
    else this.leave();
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

  /** The lines that are read out. */
  named() {
    return this.chart.lines.filter(({ name }) => name);
  }

  /** Where one of them has a point, in increasing order. */
  places() {
    const all = this.named().flatMap(({ points }) => points.map(([at]) => at));
    return [...new Set(all)].sort((a, b) => a - b);
  }

  /** Read at the place nearest to the pointer. */
  point(event) {
    const box = this.find("svg").getBoundingClientRect();
    const wanted = 100 * (event.clientX - box.left) / box.width;
    const distance = (at) => Math.abs(this.left(at) - wanted);
    const places = this.places();
    if (places.length) this.read(places.reduce((best, at) => (distance(at) < distance(best) ? at : best)));
  }

  /** Read at the next place to that side, or at none. */
  step(event) {
    if (event.key === "Escape") return this.leave();
    const by = arrowOf(event);
    const places = this.places();
    if (!by || !places.length) return;
    event.preventDefault();
    const next = places.indexOf(this.at) + by;
    this.read(places[Math.min(Math.max(next, 0), places.length - 1)]);
  }

  /** Read out every line at that place, the highest first. */
  read(at) {
    this.at = at;
    const { x, y } = this.chart;
    const rows = this.named().flatMap(({ name, points }) =>
      points.filter((point) => point[0] === at).map(([, value]) => [name, value]));
    rows.sort((a, b) => b[1] - a[1]);
    const tip = this.find(".tip");
    tip.hidden = this.find(".cursor").hidden = false; // first, or it would not be announced
    tip.replaceChildren(text("tip-x", `${plain(x.title)} = ${x.format(at)}`, {}), ...rows.map(([name, value]) => {
      const row = text("tip-row", name, {});
      row.append(text("tip-value", (y.precise ?? y.format)(value), {}));
      return row;
    }));
    const left = this.left(at);
    this.find(".cursor").style.left = `${left}%`;
    // On the side where there is more room; over the line rather than out of the chart.
    const plot = this.find(".plot");
    const [place, gap] = [left / 100 * plot.clientWidth, 10];
    const beside = left > 50 ? place - gap - tip.offsetWidth : place + gap;
    const last = this.element.clientWidth - plot.offsetLeft - tip.offsetWidth;
    tip.style.left = `${Math.max(-plot.offsetLeft, Math.min(beside, last))}px`;
  }

  leave() {
    this.at = null;
    this.find(".tip").hidden = this.find(".cursor").hidden = true;
  }
}

/** Left, -1, or right, 1; undefined for other keys, and for the browser's own with Alt or Ctrl. */
function arrowOf({ key, altKey, ctrlKey, metaKey }) {
  return altKey || ctrlKey || metaKey ? undefined : { ArrowLeft: -1, ArrowRight: 1 }[key];
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
