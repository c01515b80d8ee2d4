// @ts-check
// Epsilon going up, as an animated GIF: the three pictures, what is read in the last one, and epsilon
// as a rule with the breaking point on it.

import { GREYS, contextOf, createCanvas, paintFrame } from "../shared/frames.js";
import { isHidden } from "../shared/modes.js";
import { LARGEST, LAST, epsilonText, indexOf, percent } from "../shared/words.js";
import { verdictOf } from "../stage/verdict.js";
import { titleOf } from "./equation.js";
import { encodeGif, indexed } from "./gif.js";
import { FONTS } from "./svg.js";

/** @typedef {import("../stage/panel.js").LoadedStage} LoadedStage */
/** @typedef {import("../stage/panel.js").Middle} Middle */
/** @typedef {import("./palette.js").Palette} Palette */

export const [WIDTH, HEIGHT] = [560, 286];
export const TILE = 6 * 28;
/** Where the three pictures are: their left sides, and the top of all. */
export const [LEFTS, TOP] = [[14, 196, 378], 36];
const RULE = { left: 24, right: 536, y: 262 };
const STRIDE = 2; // of the grid, from one frame to the next
const [STEP, PAUSE, END] = [7, 90, 180]; // how long a frame is shown, the one where it breaks, the last: 1/100 s

/** Which epsilons are shown: every other one of the grid, and where the digit breaks, if it does. */
export function filmed(/** @type {number | null} */ breaks) {
  const ks = Array.from({ length: LAST / STRIDE + 1 }, (_, i) => i * STRIDE);
  if (breaks !== null) ks.push(breaks);
  return [...new Set(ks)].sort((a, b) => a - b);
}

/** @param {LoadedStage} stage a whole sweep @param {Middle} view @param {Palette} palette */
export function animation(stage, view, palette) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [WIDTH, HEIGHT];
  const pen = contextOf(canvas);
  pen.imageSmoothingEnabled = false;
  const breaks = stage.breaking_point === null || isHidden("point") ? null : indexOf(stage.breaking_point);
  const ks = filmed(breaks);
  const pictures = ks.map((k) => {
    paint(pen, stage, { k, breaks, view }, palette);
    return new Uint32Array(pen.getImageData(0, 0, WIDTH, HEIGHT).data.buffer);
  });
  const delays = ks.map((k) => (k === LAST ? END : k === breaks || k === 0 ? PAUSE : STEP));
  const file = encodeGif({ width: WIDTH, height: HEIGHT, ...indexed(pictures), delays });
  return new Blob([file], { type: "image/gif" });
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {LoadedStage} stage
 * @param {{ k: number, breaks: number | null, view: Middle }} at
 * @param {Palette} palette
 */
function paint(pen, stage, { k, breaks, view }, palette) {
  const { predictions, probabilities, direction } = stage;
  pen.fillStyle = palette.ground;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  const say = (/** @type {string} */ words, /** @type {number} */ x, /** @type {number} */ y, size = 16, colour = palette.text, align = "left", weight = 400) => {
    pen.font = `${weight} ${size}px ${FONTS}`;
    pen.fillStyle = colour;
    pen.textAlign = /** @type {CanvasTextAlign} */ (align);
    pen.fillText(words, x, y);
  };
  say(titleOf(stage), LEFTS[0], 24, 16, palette.text, "left", 700);
  say(`ε = ${epsilonText(k)}`, LEFTS[2] + TILE, 24, 16, palette.text, "right", 700);
  const isDirection = direction && view === "direction";
  tile(pen, LEFTS[0], stage.clean, 0, GREYS);
  tile(pen, LEFTS[1], isDirection ? direction : stage.changes, isDirection ? 0 : k, palette.changes);
  tile(pen, LEFTS[2], stage.frames, k, GREYS);
  for (const [x, sign] of /** @type {[number, string][]} */ ([[LEFTS[1] - 7, "+"], [LEFTS[2] - 7, "="]]))
    say(sign, x, TOP + TILE / 2 + 5, 14, palette.text, "center");
  const [icon] = verdictOf(stage, k);
  const colour = icon === "still" ? palette.safe : icon === "fooled" || icon === "hit" ? palette.adversarial : palette.text;
  for (const [left, i, ink] of /** @type {[number, number, string][]} */ ([[LEFTS[0], 0, palette.text], [LEFTS[2], k, colour]])) {
    if (left === LEFTS[2] && isHidden("verdict")) continue; // a worksheet asks for it
    say(String(predictions[i]), left + 46, TOP + TILE + 28, 26, ink, "center", 700);
    say(percent(probabilities[i][predictions[i]]), left + 66, TOP + TILE + 27, 15, palette.quiet);
  }
  rule(pen, k, breaks, palette, say);
}

/** @param {CanvasRenderingContext2D} pen @param {number} left @param {Uint8Array} bytes @param {number} i @param {Uint32Array} colours */
function tile(pen, left, bytes, i, colours) {
  const small = createCanvas();
  paintFrame(small, bytes, i, colours);
  pen.drawImage(small, left, TOP, TILE, TILE);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} k
 * @param {number | null} breaks where ε* is marked
 * @param {Palette} palette
 * @param {(words: string, x: number, y: number, size: number, colour: string, align: string, weight?: number) => void} say
 */
function rule(pen, k, breaks, palette, say) {
  const { left, right, y } = RULE;
  const at = (/** @type {number} */ epsilon) => Math.round(left + (right - left) * epsilon / LARGEST);
  pen.fillStyle = palette.zero;
  pen.fillRect(left, y - 3, right - left, 6);
  for (const tick of [0, 0.1, 0.2, 0.3, 0.4, LARGEST]) say(epsilonText(indexOf(tick)), at(tick), y + 20, 12, palette.quiet, "center");
  if (breaks !== null) {
    pen.fillStyle = palette.adversarial;
    const x = at(breaks / LAST * LARGEST);
    pen.fillRect(x - 1, y - 10, 2, 13);
    say("ε*", x, y - 13, 13, palette.adversarial, "center", 700);
  }
  pen.fillStyle = palette.plus;
  pen.beginPath();
  pen.arc(at(k / LAST * LARGEST), y, 7, 0, 2 * Math.PI);
  pen.fill();
}
