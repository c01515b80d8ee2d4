// @ts-check
// The gradients of both twins, and their accuracy under attack, from the cards.

import { catalogue } from "../shared/catalogue.js";
import { GREYS, paintFrame, themeColours, unpack } from "../shared/frames.js";
import { onTheme } from "../shared/theme.js";
import { KEYS, LARGEST, attackOf, count, inSentence, modelColour, modelName, sourceOf } from "../shared/words.js";
import { chartIn, row, tile } from "./parts.js";

/** @typedef {import("../contract").Defence} Answer */
/** @typedef {import("../contract").Series} Series */

const ATTACKS = [KEYS.FGSM, KEYS.PGD];

export function make(/** @type {HTMLElement} */ picture, /** @type {import("./figure.js").Tools} */ { cards }) {
  const [plain, robust] = catalogue.twins;
  const digit = tile("image <i>x</i>");
  const gradients = catalogue.twins.map((model) => tile(`gradient of ${modelName(model)}`));
  picture.append(row(digit.box, ...gradients.map(({ box }) => box)));
  const { chart } = chartIn(picture, `Accuracy on ${count(sourceOf(KEYS.MNIST_TEST).size)} test digits`);
  chart.show({
    label: `Accuracy of ${modelName(plain)} and its robust twin against epsilon, under FGSM and PGD; the tab Test set has the numbers.`,
    x: { title: "<i>ε</i>", ticks: [0, 0.1, 0.2, 0.3, 0.4, LARGEST], format: String },
    y: { title: "", ticks: [0, 0.5, 1], format: (part) => `${100 * part} %`, precise: (part) => `${(100 * part).toFixed(2)} %` },
    lines: cards
      .filter(({ model, attack }) => catalogue.twins.includes(model) && ATTACKS.includes(attack))
      .map(({ model, attack, results }) => ({
        name: `${modelName(model)}, ${inSentence(attackOf(attack).name)}`,
        colour: modelColour(model),
        className: attackOf(attack).line,
        points: results.map(({ epsilon, accuracy }) => [epsilon, accuracy]),
      })),
  });

  /** @type {{ frames: Uint8Array, digit: Uint8Array, models: string[] } | null} */
  let answered = null;

  function paint() {
    if (!answered) return;
    const { frames, models } = answered;
    paintFrame(digit.canvas, answered.digit, 0, GREYS);
    digit.canvas.ariaLabel = "The digit on the stage";
    const colours = themeColours();
    models.forEach((model, i) => {
      paintFrame(gradients[i].canvas, frames, i, colours);
      gradients[i].canvas.ariaLabel = `Gradient of the loss of ${modelName(model)}`;
    });
  }
  onTheme(paint);

  return async (/** @type {Answer} */ answer) => {
    answered = { frames: await unpack(answer.frames), digit: await unpack(answer.digit), models: answer.models };
    paint();
    return "Gradients, each scaled to its largest value, on a square-root scale: orange where lightening a pixel raises the loss, blue where darkening it does. " +
      `Chart: ${modelName(plain)} orange, its robust twin blue; FGSM solid, PGD in ${attackOf(KEYS.PGD).gradients} steps dash-dotted. ` +
      `<b>The price: ${modelName(plain)} reads ${clean(cards, plain)}&nbsp;% of clean digits correctly, its robust twin ${clean(cards, robust)}&nbsp;%.</b>`;
  };
}

/**
 * The model's accuracy on clean digits, in per cent.
 * @param {Series[]} cards
 * @param {string} wanted
 */
function clean(cards, wanted) {
  const card = cards.find(({ model }) => model === wanted);
  return card ? (100 * card.results[0].accuracy).toFixed(2) : "?";
}
