// The plane around the digit, coloured by what the model reads. A point leads to the stage.

// Far enough apart for most eyes; the regions are numbered too.
const COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#e69f00", "#999933", "#882255", "#44aa99"];
const windows = [];
picture.classList.add("row");

function draw({ named, reach, windows: all }) {
  const size = 2 * reach + 1;
  all.forEach(({ model, label, rows }, i) => {
    windows[i] ??= makeWindow(size);
    const { box, canvas, marks } = windows[i];
    Object.assign(windows[i], { model, label, rows, reach, isTapped: false });
    box.querySelector(".title").textContent = NAMES[model];
    paint(windows[i]);
    marks.replaceChildren(...regions(rows, label).map(({ digit, x, y }) => {
      const mark = document.createElement("b");
      mark.textContent = digit;
      mark.style.left = `${100 * (x + 0.5) / size}%`;
      mark.style.top = `${100 * (y + 0.5) / size}%`;
      return mark;
    }));
    canvas.ariaLabel = `Church window of ${NAMES[model]}: read as ${[...new Set(rows.join(""))].join(", ")}. ` +
      "Arrow keys move over it, Enter shows the image on the stage.";
    move(windows[i], windows[i].x ?? reach, windows[i].y ?? reach);
  });
  const labels = [...new Set(all.map(({ label }) => label))];
  return `The digit, ${labels.map((label) => called({ label, named })).join(" or ")}, is in the middle; ` +
    "grey is where it is still read so. " +
    `To the right: ε along the gradient's sign, up to ${reach / 100}. Up and down: as far along random signs.`;
}

function paint({ canvas, rows, label }) {
  const context = canvas.getContext("2d");
  const neutral = getComputedStyle(root).getPropertyValue("--zero");
  rows.forEach((row, y) => [...row].forEach((digit, x) => {
    context.fillStyle = Number(digit) === label ? neutral : COLOURS[digit];
    context.fillRect(x, y, 1, 1);
  }));
}

new MutationObserver(() => windows.forEach(paint))
  .observe(document.body, { attributes: true, attributeFilter: ["class"] });

function makeWindow(size) {
  const box = document.createElement("div");
  box.className = "window";
  box.innerHTML = `<p class="title"></p>` +
    `<div class="plane"><canvas width="${size}" height="${size}" tabindex="0" role="application"></canvas>` +
    `<div class="axes" aria-hidden="true"><span class="axis"></span><span class="zero">x</span><span class="end">ε</span></div>` +
    `<div class="marks" aria-hidden="true"></div><div class="here"></div></div><p class="where" aria-live="polite"></p>`;
  const [canvas, marks] = [box.querySelector("canvas"), box.querySelector(".marks")];
  const made = { box, canvas, marks };
  const point = (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    move(made, Math.floor(size * (event.clientX - left) / width), Math.floor(size * (event.clientY - top) / height));
  };
  canvas.addEventListener("pointermove", (event) => event.pointerType === "touch" || point(event));
  // Not every browser says at the click what clicked.
  canvas.addEventListener("pointerdown", ({ pointerType }) => { made.isFinger = pointerType === "touch"; });
  canvas.addEventListener("click", (event) => {
    const { x, y, isTapped } = made;
    point(event);
    if (!made.isFinger) return open(made);
    // A finger cannot point without a tap: the first one points, a second one near it opens.
    const isNear = Math.max(Math.abs(made.x - x), Math.abs(made.y - y)) <= 2;
    if (isTapped && isNear) {
      move(made, x, y);
      return open(made);
    }
    made.isTapped = true;
    made.box.querySelector(".where").append("; tap again to see it");
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (by) move(made, made.x + by[0], made.y + by[1]);
    else if (event.key === "Enter") open(made);
    else return;
    event.preventDefault();
  });
  picture.append(box);
  return made;
}

/** Point at a place, and say what is read there. */
function move(made, x, y) {
  const last = made.rows.length - 1;
  made.x = Math.min(Math.max(x, 0), last);
  made.y = Math.min(Math.max(y, 0), last);
  const here = made.box.querySelector(".here");
  here.style.left = `${100 * (made.x + 0.5) / (last + 1)}%`;
  here.style.top = `${100 * (made.y + 0.5) / (last + 1)}%`;
  const [a, b] = [made.x - made.reach, made.reach - made.y].map((hundredths) => hundredths / 100);
  made.box.querySelector(".where").textContent =
    `along ${signed(a)}, across ${signed(b)}: read as ${made.rows[made.y][made.x]}`;
}

const signed = (value) => `${value < 0 ? "−" : ""}${Math.abs(value).toFixed(2)}`;

/** Show the image of that point on the stage, on the straight way that leads there. */
function open({ model, x, y, reach }) {
  const [along, across] = [x - reach, reach - y]; // in hundredths
  const { request } = window.fgsmStage.shown;
  const method = across === 0 ? (along < 0 ? "reversed" : "fgsm") : "ray";
  window.fgsmStage.show(
    { ...request, model, twin: false, target: null, method, ray: method === "ray" ? [along, across] : null },
    2 * (Math.abs(along) + Math.abs(across)),
  );
}

/** For each other class the middle of the largest square that it fills. */
function regions(rows, label) {
  const best = new Map();
  rows.forEach((row, y) => [...row].forEach((digit, x) => {
    let reach = 0;
    while (isFilled(rows, x, y, reach + 1, digit)) reach += 1;
    if (Number(digit) !== label && reach > (best.get(digit)?.reach ?? 0)) best.set(digit, { digit, x, y, reach });
  }));
  return [...best.values()];
}

/** Whether the border of the square around a point is of one class, and inside. */
function isFilled(rows, x, y, reach, digit) {
  for (let i = -reach; i <= reach; i++) {
    const border = [rows[y - reach]?.[x + i], rows[y + reach]?.[x + i], rows[y + i]?.[x - reach], rows[y + i]?.[x + reach]];
    if (border.some((each) => each !== digit)) return false;
  }
  return true;
}
