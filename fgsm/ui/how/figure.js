// A picture of "How it works": asked for when it is looked at, and again when the stage has come to
// show another digit. The file that follows says how it is drawn: `draw(answer)`, which returns its
// caption.

const root = element.querySelector(".figure");
const picture = root.querySelector(".picture");
const { figure } = props.value;
let isSeen = false;
let drawn = null; // the request that is drawn
let isAsking = false;

async function look() {
  const { request } = window.fgsmStage.shown;
  if (!isSeen || isAsking || request === drawn) return;
  isAsking = true;
  root.ariaBusy = "true";
  const answer = await server[figure](request).catch(() => null);
  isAsking = false;
  root.ariaBusy = "false";
  const caption = root.querySelector("figcaption");
  if (!answer || answer.error) {
    caption.textContent = answer?.error ?? "The server does not answer; this picture needs it.";
    return;
  }
  drawn = request;
  caption.innerHTML = await draw(answer);
  look(); // the stage may have gone on meanwhile
}

new IntersectionObserver(([entry]) => {
  isSeen = entry.isIntersecting;
  look();
}).observe(root);
document.addEventListener("fgsm-shown", look);

/** A canvas of 28 x 28 under a title, in the picture. */
function tile(title) {
  const box = document.createElement("div");
  box.className = "tile";
  box.innerHTML = `<p class="title"><span>${title}</span></p><canvas width="28" height="28" role="img"></canvas><p class="reading"></p>`;
  return box;
}

/** An empty chart under a title. */
function chartIn(box, title) {
  const element = document.createElement("div");
  const heading = document.createElement("p");
  heading.className = "title";
  heading.textContent = title;
  const column = document.createElement("div");
  column.className = "chart-box";
  column.append(heading, element);
  box.append(column);
  return new LineChart(element);
}

/** About five round ticks that enclose the values. */
function ticksAround(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  // Values that hardly differ get an axis of a thousandth, not one of rounding errors.
  const raw = Math.max(most - least, 1e-3 * Math.max(Math.abs(most), 1)) / 4;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * size).find((each) => each >= raw);
  const ticks = [];
  for (let i = Math.floor(least / step); (i - 1) * step < most; i++) ticks.push(Number((i * step).toPrecision(9)));
  return ticks;
}
