// The gradients of both twins, and their accuracy under attack, from the cards.

const tiles = ["image <i>x</i>", ...["lenet", "lenet-robust"].map((model) => `gradient of ${NAMES[model]}`)].map(tile);
const row = document.createElement("div");
row.className = "row";
row.append(...tiles);
picture.append(row);
const attacks = { fgsm: ["FGSM", ""], "pgd-40": ["PGD, 40 steps", "dashed"] };
const chart = chartIn(picture, "Accuracy on 10,000 test digits");
chart.show({
  label: "Accuracy of LeNet and its robust twin against epsilon, under FGSM and PGD; the tab Test set has the numbers.",
  x: { title: "<i>ε</i>", ticks: [0, 0.1, 0.2, 0.3, 0.4, 0.5], format: String },
  y: { title: "", ticks: [0, 0.5, 1], format: (part) => `${100 * part} %`, precise: (part) => `${(100 * part).toFixed(2)} %` },
  lines: props.value.cards
    .filter(({ model, method }) => model !== "softmax" && method in attacks)
    .map(({ model, method, results }) => ({
      name: `${NAMES[model]}, ${attacks[method][0]}`,
      className: `${model} ${attacks[method][1]}`,
      points: results.map(({ epsilon, accuracy }) => [epsilon, accuracy]),
    })),
});

/** In per cent, of clean digits. */
function clean(wanted) {
  const { results } = props.value.cards.find(({ model }) => model === wanted);
  return (100 * results[0].accuracy).toFixed(2);
}

let answered = null;

async function draw({ digit, models, frames }) {
  answered = { digit: await unpack(digit), frames: await unpack(frames), models };
  paint();
  return "Gradients, each scaled to its largest value, on a square-root scale: orange where a lighter pixel raises the loss, blue where a darker one does. " +
    "Chart: orange LeNet, blue its robust twin; solid FGSM, dashed PGD with 40 steps. " +
    `<b>The price: ${clean("lenet")}&nbsp;% of clean digits are read correctly by LeNet, ${clean("lenet-robust")}&nbsp;% by its twin</b> ` +
    "(which was trained without LeNet's augmentation and dropout, and for 12 epochs instead of 16).";
}

function paint() {
  if (!answered) return;
  const canvases = tiles.map((each) => each.querySelector("canvas"));
  paintFrame(canvases[0], answered.digit, 0, GREYS);
  canvases[0].ariaLabel = "The digit on the stage";
  answered.models.forEach((model, i) => {
    paintFrame(canvases[i + 1], answered.frames, i, themeColours());
    canvases[i + 1].ariaLabel = `Gradient of the loss of ${NAMES[model]}`;
  });
}

new MutationObserver(paint).observe(document.body, { attributes: true, attributeFilter: ["class"] });
