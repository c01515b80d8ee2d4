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
  const caption = root.querySelector("figcaption");
  try {
    const answer = await inTime(server[figure](request));
    if (answer.error) caption.textContent = answer.error;
    else caption.innerHTML = await draw(answer);
    drawn = request;
  } catch (error) {
    console.warn("The picture could not be drawn:", error);
    caption.textContent = "The server does not answer; this picture needs it.";
    isSeen = false; // it is tried again when somebody looks at it again
  } finally {
    isAsking = false;
    root.ariaBusy = "false";
  }
  look(); // the stage may have gone on meanwhile
}

new IntersectionObserver((entries) => {
  isSeen = entries.at(-1).isIntersecting;
  look();
}).observe(root);
document.addEventListener("fgsm-shown", look);

/** What the digit is, or is read as if nobody has said what it is. */
const called = ({ label, named }) => (named ? an(label) : `drawn, and read as ${label}`);

/** A canvas of 28 x 28 under a title, in the picture. */
function tile(title) {
  const box = document.createElement("div");
  box.className = "tile";
  box.innerHTML = `<p class="title"><span>${title}</span></p><canvas width="28" height="28" role="img" aria-label="not drawn yet"></canvas><p class="reading"></p>`;
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

/** About five round ticks that enclose the values, which never go beyond `limit`. */
function ticksAround(values, limit = Infinity) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  // Values that hardly differ get an axis of a thousandth, not one of rounding errors.
  const raw = Math.max(most - least, 1e-3 * Math.max(Math.abs(most), 1)) / 4;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * size).find((each) => each >= raw);
  const ticks = [];
  const last = Math.min(Math.ceil(most / step), Math.floor(limit / step));
  const first = Math.min(Math.floor(least / step), last - 1); // an axis has two ends
  for (let i = first; i <= last; i++) ticks.push(Number((i * step).toPrecision(9)));
  return ticks;
}
