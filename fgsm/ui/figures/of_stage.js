// @ts-check
// What the stage gives away: the equation and the chart as figures, the adversarial image, the
// animation, and the Python for all of it.

import { copied } from "../shared/clipboard.js";
import { create, find, findAll } from "../shared/dom.js";
import { saveFile } from "../shared/files.js";
import { isHidden } from "../shared/modes.js";
import { inTheme } from "../shared/theme.js";
import { epsilonText } from "../shared/words.js";
import { isWhole, nearest } from "../stage/parts.js";
import { shown, stage as stageControl } from "../stage/shown.js";
import { animation } from "./animation.js";
import { offer, openDialog } from "./dialog.js";
import { captionOf, digitName, equation, fileName, frameOf, inFront, titleOf } from "./equation.js";
import { palette } from "./palette.js";
import { greyPng } from "./png.js";
import { python } from "./python.js";
import { traced } from "./traced.js";

/** @typedef {import("./palette.js").Palette} Palette */

const CHART = { width: 880, height: 430 };

/** Offer what one of the stage's panels shows. @param {number} i which */
export function offerStage(i) {
  const { request, k } = shown;
  const loaded = shown.stages[i];
  if (!request || !loaded) return;
  const { view } = stageControl.state();
  const index = request.index;
  const [title, caption, file] = [titleOf(loaded), captionOf(loaded, k, index), fileName(loaded, k, index)];
  const at = nearest(loaded.ks, k);
  const element = findAll(document, ".live .confidence")[i];
  const figures = [
    { name: "The equation", title, caption, file: `${file}-equation`, draw: (/** @type {Palette} */ colours) => equation(loaded, k, view, colours) },
    {
      name: "Confidence against ε",
      title: `${title}: confidence against ε`,
      caption: `${inFront(digitName(loaded, index))}. Bold: its own class. ε*: the smallest ε of the grid at which it is misread.`,
      file: file.replace(/-[\d.]+$/, "-confidence"),
      draw: () => traced([{ element, ...CHART }]),
    },
  ];
  // What a worksheet hides is not given away here.
  offer(isHidden("chart") ? figures.slice(0, 1) : figures, [
    {
      name: "Adversarial image (28 × 28 PNG)",
      save: async () => {
        saveFile(await greyPng(frameOf(loaded.frames, at)), `${file}.png`);
        return loaded.survives[at] || at === 0
          ? "Saved: 28 × 28 pixels of eight bits, which are read as shown here."
          : "Saved: 28 × 28 pixels. Rounded to eight bits, this one is read otherwise.";
      },
    },
    {
      name: "Animation (GIF)",
      save: async (isDark) => {
        if (!isWhole(loaded)) return "The rest of the sweep is still to come; try again in a moment.";
        saveFile(inTheme(isDark, () => animation(loaded, view, palette())), `${file.replace(/-[\d.]+$/, "")}.gif`);
      },
    },
    ...(isHidden("point") ? [] : [{
      name: "The Python for this …", // it prints ε* too
      save: async () => {
        showPython(python(request, loaded, loaded.digit.frame, loaded.ks[at]), epsilonText(loaded.ks[at]));
        return "";
      },
    }]),
  ]);
}

/** @param {string} code @param {string} epsilon */
function showPython(code, epsilon) {
  const dialog = openDialog("The Python for this", `<pre tabindex="0" role="region" aria-label="Python"></pre>` +
    `<div class="files"><button type="button" class="copy main">Copy</button><span class="about"></span></div>`);
  const text = find(dialog, "pre");
  text.append(create("code", "", code));
  find(dialog, ".about").textContent = `The same pixels and numbers, at ε = ${epsilon}, in a checkout of this project.`;
  const done = find(dialog, ".done");
  find(dialog, ".copy").onclick = async () => {
    const isCopied = await copied(code);
    if (!isCopied) getSelection()?.selectAllChildren(text);
    done.textContent = isCopied ? "Copied." : "Selected: press Ctrl+C to copy.";
  };
}
