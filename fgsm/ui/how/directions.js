// The same digit at the same epsilon in three directions, at every epsilon.

const TITLES = ["+ sign of the gradient", "random signs", "− sign of the gradient"];
const tiles = TITLES.map(tile);
const slider = document.createElement("label");
slider.className = "slider";
slider.innerHTML = `<span><i>ε</i> = <output></output></span><input type="range" min="0" max="50" aria-label="Epsilon of the three directions">`;
const range = slider.querySelector("input");
range.value = Math.min(window.fgsmStage.shown.k, range.max);
range.addEventListener("input", paint);
const row = document.createElement("div");
row.className = "row";
row.append(...tiles);
picture.append(row, slider);
let stages = null;

async function draw(answer) {
  stages = await Promise.all(answer.stages.map(async (stage) => ({ ...stage, frames: await unpack(stage.frames) })));
  paint();
  return `${NAMES[stages[0].model]} on the stage's digit, ${called({ ...stages[0], named: answer.named })}. All three images differ from it by the same ε.`;
}

function paint() {
  const k = Number(range.value);
  slider.querySelector("output").textContent = epsilonText(k);
  stages?.forEach(({ frames, predictions, probabilities, label }, i) => {
    const canvas = tiles[i].querySelector("canvas");
    const read = predictions[k];
    paintFrame(canvas, frames, k, GREYS);
    canvas.ariaLabel = `The digit moved by epsilon ${epsilonText(k)}, ${TITLES[i]}: read as ${read}`;
    const reading = tiles[i].querySelector(".reading");
    reading.innerHTML = `<b>${read === label ? "✓" : "✗"} ${read}</b> <span>${percent(probabilities[k][read])}</span>`;
    reading.classList.toggle("is-fooled", read !== label);
  });
}
