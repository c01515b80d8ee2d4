// @ts-check
// The equation x + ε · sign = x̃ as a drawing: three pictures, what is read in them, and the verdict.

import { isHidden } from "../shared/modes.js";
import { attackOf, count, epsilonText, modelName, percent, sourceOf, an } from "../shared/words.js";
import { nearest } from "../stage/parts.js";
import { breakingPointText, verdictOf } from "../stage/verdict.js";
import { GREY, hexOf } from "./palette.js";
import { ROOM } from "./sheet.js";
import { attributes, escaped, moved, pixels, tspans } from "./svg.js";

/** @typedef {import("../stage/panel.js").LoadedStage} LoadedStage */
/** @typedef {import("../stage/panel.js").Middle} Middle */
/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("./svg.js").Body} Body */

const PIXELS = 784;
const TILE = 9 * 28;
const GAP = (ROOM - 3 * TILE) / 2;
const [TOP, BELOW] = [34, 34 + TILE]; // of the pictures, and below them
const ICONS = { fooled: "✗", hit: "◎", other: "≠", still: "✓", wrong: "!" };

/** A frame of 28 x 28 bytes. @param {Uint8Array} bytes @param {number} i which */
export const frameOf = (bytes, i) => bytes.subarray(PIXELS * i, PIXELS * (i + 1));

/** What stands above the middle picture, in HTML: as on the stage. */
export function middleTitle(/** @type {LoadedStage} */ { attack, target, direction }, /** @type {Middle} */ view) {
  return direction && view === "direction"
    ? attackOf(attack).formula.replace("TARGET", String(target))
    : "<i>x̃</i> − <i>x</i>";
}

/**
 * The middle picture: the direction, or the change after clipping.
 * @param {LoadedStage} stage
 * @param {Middle} view
 * @param {number} i
 */
export const middleOf = (stage, view, i) =>
  stage.direction && view === "direction" ? stage.direction : frameOf(stage.changes, i);

/**
 * @param {LoadedStage} stage
 * @param {number} k
 * @param {Middle} view what the middle picture shows
 * @param {Palette} palette
 * @returns {Body}
 */
export function equation(stage, k, view, palette) {
  const i = nearest(stage.ks, k);
  const { label, named, source } = stage.digit;
  const [icon, words] = verdictOf(stage, i);
  const colour = icon === "still" ? palette.safe : icon === "fooled" || icon === "hit" ? palette.adversarial : palette.text;
  const [first, second, third] = [0, TILE + GAP, 2 * (TILE + GAP)];
  const grey = (/** @type {Uint8Array} */ bytes) => [...bytes].map((level) => GREY[level]);
  const svg = [
    tile(first, `image <i>x</i>, ${named ? an(label) : sourceOf(source).unnamed}`, grey(stage.clean), palette),
    tile(second, middleTitle(stage, view), [...middleOf(stage, view, i)].map((level) => hexOf(palette.changes[level])), palette),
    tile(third, "adversarial <i>x̃</i>", grey(frameOf(stage.frames, i)), palette),
    operator(TILE + GAP / 2, "+"),
    operator(TILE + GAP + TILE + GAP / 2, "="),
    reading(first, stage, 0, palette),
    text(second + TILE / 2, BELOW + 36, `ε = ${epsilonText(stage.ks[i])}`, { "font-size": 20, fill: palette.quiet, "text-anchor": "middle" }),
    // What a worksheet hides is not given away here.
    ...(isHidden("verdict") ? [] : [
      reading(third, stage, i, palette),
      text(0, BELOW + 92, `${ICONS[icon]}  ${words.replaceAll("\n", " ")}`, { "font-size": 30, "font-weight": 700, fill: colour }),
    ]),
    text(0, BELOW + 124, breakingPointText(stage).replaceAll("\n", " "), { "font-size": 18 }),
  ].join("\n");
  return { svg, width: ROOM, height: BELOW + 126 };
}

/** Whose figure it is, as a title. @param {LoadedStage} stage */
export const titleOf = (stage) => `${attackOf(stage.attack).name} on ${modelName(stage.model)}`;

/** Which digit is attacked. @param {LoadedStage} stage @param {number} index */
export function digitName({ digit: { source, label, named } }, index) {
  const { phrase, unnamed, size, title } = sourceOf(source);
  if (!unnamed) return `${an(label)}, number ${index} of ${count(size)} ${title}`;
  return named ? `${phrase} of ${an(label)}` : `${phrase}, read as ${label}`;
}

/** Words as they begin a sentence. */
export const inFront = (/** @type {string} */ words) => words[0].toUpperCase() + words.slice(1);

/** The caption: one line. @param {LoadedStage} stage @param {number} k @param {number} index */
export function captionOf(stage, k, index) {
  const i = nearest(stage.ks, k);
  return `${inFront(digitName(stage, index))}. No pixel moves by more than ε = ${epsilonText(stage.ks[i])}; black is 0, white is 1.`;
}

/**
 * A name for files: what is shown, such as fgsm-403-lenet-fgsm-0.12.
 * @param {LoadedStage} stage
 * @param {number} k
 * @param {number} index
 */
export function fileName({ digit: { source }, model, attack, ks }, k, index) {
  const digit = sourceOf(source).unnamed ? source : `${source}-${index}`.replace(/^builtin-/, "");
  return `fgsm-${digit}-${model}-${attack}-${epsilonText(ks[nearest(ks, k)])}`;
}

/** @param {number} x @param {string} title HTML @param {string[]} colours @param {Palette} palette */
function tile(x, title, colours, palette) {
  const frame = `<rect x="-1" y="-1" width="${TILE + 2}" height="${TILE + 2}" fill="${palette.line}"/>`;
  return `<text${attributes({ x: x + TILE / 2, y: TOP - 14, "font-size": 20, "text-anchor": "middle" })}>${tspans(title, 20)}</text>` +
    moved(x, TOP, frame + pixels(colours, 28, TILE));
}

const operator = (/** @type {number} */ x, /** @type {string} */ sign) =>
  text(x, TOP + TILE / 2 + 10, sign, { "font-size": 30, "text-anchor": "middle" });

/** @param {number} x @param {LoadedStage} stage @param {number} i @param {Palette} palette */
function reading(x, { predictions, probabilities }, i, palette) {
  const prediction = predictions[i];
  return `<text${attributes({ x: x + TILE / 2, y: BELOW + 40, "text-anchor": "middle" })}>` +
    `<tspan font-size="36" font-weight="700">${prediction}</tspan>` +
    `<tspan font-size="20" dx="10" fill="${palette.quiet}">${escaped(percent(probabilities[i][prediction]))}</tspan></text>`;
}

/** @param {number} x @param {number} y @param {string} words @param {Record<string, string | number>} more */
const text = (x, y, words, more) => `<text${attributes({ x, y, ...more })}>${escaped(words)}</text>`;
