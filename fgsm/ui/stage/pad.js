// The drawing pad: strokes of mouse, finger, pen or arrow keys, white on black.

const BRUSH = 0.085; // of the pad's side: about 12 % of the height of a digit drawn large
const SENT = 112; // pixels a side, four times MNIST's: enough for the centring done by `to_mnist`
const PEN_STEP = 0.03; // of the pad's side, for an arrow key

class Pad {
  /**
   * @param {object} told `begin()` before the first stroke of a drawing, `change()` whenever there
   *   is another drawing, `empty()` when there is none any more.
   */
  constructor(element, told) {
    this.element = element;
    this.canvas = element.querySelector(".pad");
    this.canvas.width = this.canvas.height = 560; // sharp on a projector too
    this.context = this.canvas.getContext("2d");
    this.told = told;
    this.strokes = []; // each a list of points [x, y] in [0, 1]
    this.pen = { x: 0.5, y: 0.5, isDown: false }; // the keyboard's
    this.cursor = document.createElement("span");
    this.cursor.className = "pen";
    this.canvas.after(this.cursor);

    this.canvas.addEventListener("pointerdown", (event) => this.start(event));
    this.canvas.addEventListener("pointermove", (event) => this.go(event));
    this.canvas.addEventListener("keydown", (event) => this.type(event));
    this.canvas.addEventListener("focus", () => this.movePen(0, 0));
    element.querySelector(".undo").onclick = () => this.undo();
    element.querySelector(".clear").onclick = () => this.clear();
    this.redraw();
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  start(event) {
    // A second finger, or the palm, would be joined to the first one's stroke.
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault(); // no scrolling, no selecting
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.liftPen();
    this.box = this.canvas.getBoundingClientRect(); // once a stroke: asking makes the browser lay out
    this.begin();
    this.extend(this.place(event));
  }

  begin() {
    if (this.isEmpty) this.told.begin();
    this.strokes.push([]);
  }

  go(event) {
    if (!this.canvas.hasPointerCapture(event.pointerId)) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) this.extend(this.place(each));
  }

  place(event) {
    const { box } = this;
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  /** Lengthen the last stroke, and draw only what is new. */
  extend(point) {
    const stroke = this.strokes.at(-1);
    if (!stroke) return; // it was undone or cleared while it was drawn
    this.line(stroke.at(-1) ?? point, point);
    stroke.push(point);
    this.showState();
    this.told.change();
  }

  line(from, to) {
    const side = this.canvas.width;
    const { context } = this;
    context.lineCap = "round";
    context.lineWidth = BRUSH * side;
    context.strokeStyle = "white";
    context.beginPath();
    context.moveTo(from[0] * side, from[1] * side);
    // A hair further: of a line without length nothing is painted, not even its round ends.
    context.lineTo(to[0] * side + 0.01, to[1] * side);
    context.stroke();
  }

  redraw() {
    this.context.fillStyle = "black";
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    for (const stroke of this.strokes)
      stroke.forEach((point, i) => this.line(stroke[Math.max(i - 1, 0)], point));
    this.showState();
  }

  showState() {
    this.element.classList.toggle("is-empty", this.isEmpty);
    for (const button of this.element.querySelectorAll(".undo, .clear")) button.disabled = this.isEmpty;
  }

  undo() {
    this.remove(1);
  }

  clear() {
    this.remove(this.strokes.length);
  }

  /** Take away the last strokes. */
  remove(count) {
    this.strokes.splice(-count, count);
    this.liftPen();
    this.redraw();
    if (this.isEmpty) this.told.empty();
    else this.told.change();
  }

  type(event) {
    const by = {
      ArrowLeft: [-PEN_STEP, 0], ArrowRight: [PEN_STEP, 0],
      ArrowUp: [0, -PEN_STEP], ArrowDown: [0, PEN_STEP],
    }[event.key];
    if (by) this.movePen(...by);
    else if (event.key === " ") this.switchPen();
    else return;
    event.preventDefault();
  }

  movePen(right, down) {
    const { pen } = this;
    pen.x = Math.min(Math.max(pen.x + right, 0), 1);
    pen.y = Math.min(Math.max(pen.y + down, 0), 1);
    this.cursor.style.left = `${100 * pen.x}%`;
    this.cursor.style.top = `${100 * pen.y}%`;
    if (pen.isDown && (right || down)) this.extend([pen.x, pen.y]);
  }

  switchPen() {
    const { pen } = this;
    if (pen.isDown) return this.liftPen();
    pen.isDown = true;
    this.cursor.classList.add("is-down");
    this.begin();
    this.extend([pen.x, pen.y]);
  }

  liftPen() {
    this.pen.isDown = false;
    this.cursor.classList.remove("is-down");
  }

  /** The drawing as base64 of SENT x SENT bytes. */
  pixels() {
    this.small ??= new OffscreenCanvas(SENT, SENT).getContext("2d", { willReadFrequently: true });
    this.small.imageSmoothingQuality = "high";
    this.small.drawImage(this.canvas, 0, 0, SENT, SENT);
    const { data } = this.small.getImageData(0, 0, SENT, SENT);
    let text = "";
    for (let i = 0; i < data.length; i += 4) text += String.fromCharCode(data[i]);
    return btoa(text);
  }
}
