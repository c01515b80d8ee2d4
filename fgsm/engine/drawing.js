// @ts-check
// A picture of one digit -> the image that MNIST would have made of it: `fgsm/drawing.py`, bit for bit.
// There it is said why each step is as it is.

import { eightBit, nearest } from "./frames.js";
import { median, sum, sumOfDoubles, upperQuartile } from "./numpy.js";
import { premultiplied, reduced, resized, straight } from "./pillow.js";
import { Refusal } from "./refusal.js";

/** @typedef {import("./pillow.js").Levels} Levels */
/** @typedef {import("./pillow.js").Shades} Shades */

/**
 * A picture as bytes, row by row: grey levels, and, if it is transparent anywhere, how opaque each pixel is.
 * @typedef {Levels & { opacity?: Uint8Array }} Picture
 */

const { fround } = Math;
const MAX_SIDE = 4_000; // pixels; a larger picture is refused
const WORK_SIDE = 1_000; // pixels; a larger picture is shrunk first
const MIN_CONTRAST = 0.05; // of the range from black to white; with less, a picture is blank
const MIN_INK = 0.1; // of the strongest ink; anything weaker is ground
const SPECK = 0.1; // of the largest piece of ink; a smaller piece that touches no other is dirt
const SIDE = 28;

/**
 * `fgsm.drawing.to_mnist`.
 * @param {Picture} picture light ink on a dark ground or dark ink on a light one, or ink on a transparent one
 * @returns {Float32Array} `(784,)` in [0, 1], exactly byte / 255
 * @throws {Refusal} it is blank, or larger than 4,000 pixels
 */
export function toMnist(picture) {
  const ink = withoutSpecks(inkOf(shadesOf(picture)));
  // On the grey levels of a picture file, which are MNIST's too, it can be saved as it is.
  return eightBit(centred(normalised(cropped(ink))));
}

/** `_shades`: whatever tells ink from ground, brightness or opacity, in [0, 1]. @returns {Shades} */
function shadesOf(/** @type {Picture} */ picture) {
  const { width, height } = picture;
  if (!(width >= 1 && width <= MAX_SIDE && height >= 1 && height <= MAX_SIDE)) {
    throw new Refusal(`picture is ${width} pixels wide and ${height} high; both must be 1 to ${MAX_SIDE}`);
  }
  const factor = Math.ceil(Math.max(width, height) / WORK_SIDE);
  if (!picture.opacity) return fractionsOf(factor > 1 ? reduced(picture, factor) : picture);
  const [grey, alpha] = reducedWithOpacity(picture, picture.opacity, factor);
  const [brightness, opacity] = [fractionsOf(grey), fractionsOf(alpha)];
  if (median(borderOf(opacity)) < 0.5) return opacity;
  return { ...brightness, values: brightness.values.map((value, i) => value * opacity.values[i]) };
}

/**
 * Grey levels and opacity, shrunk: a pixel counts by as much as it is opaque.
 * @param {Levels} grey
 * @param {Uint8Array} opacity
 * @param {number} factor
 * @returns {[Levels, Levels]}
 */
function reducedWithOpacity(grey, opacity, factor) {
  const { pixels } = grey;
  if (factor === 1) return [grey, { ...grey, pixels: opacity }];
  const alpha = reduced({ ...grey, pixels: opacity }, factor);
  const products = reduced({ ...grey, pixels: pixels.map((level, i) => premultiplied(level, opacity[i])) }, factor);
  return [{ ...products, pixels: products.pixels.map((product, i) => straight(product, alpha.pixels[i])) }, alpha];
}

/** Bytes as parts of 255. @returns {Shades} */
const fractionsOf = (/** @type {Levels} */ { pixels, width, height }) =>
  ({ values: new Float32Array(pixels).map((level) => level / 255), width, height });

/** `_border`: the outermost pixels, where a picture of one digit shows its ground. */
export function borderOf(/** @type {Shades} */ { values, width, height }) {
  const border = new Float32Array(2 * (width + height));
  border.set(values.subarray(0, width));
  border.set(values.subarray((height - 1) * width), width);
  for (let y = 0; y < height; y++) {
    border[2 * width + y] = values[y * width];
    border[2 * width + height + y] = values[(y + 1) * width - 1];
  }
  return border;
}

/** `_ink`: how far each pixel is from the ground; 1 for the strongest ink, 0 for ground. @returns {Shades} */
function inkOf(/** @type {Shades} */ shades) {
  const border = borderOf(shades);
  const ground = median(border);
  let ink = shades.values.map((value) => value - ground);
  // Cubes keep the sign, and let a few strong pixels (ink) outweigh many weak ones (shadow).
  if (sum(ink.map((value) => fround(value * value) * value)) < 0) ink = ink.map((value) => -value);
  const strongest = ink.reduce((most, value) => Math.max(most, value));
  if (strongest < fround(MIN_CONTRAST)) {
    throw new Refusal(
      `picture is blank: no pixel differs from its ground, grey level ${ground.toFixed(2)}, by ` +
        `${MIN_CONTRAST} or more; draw a digit that stands out`,
    );
  }
  // The ground of a photograph is uneven; that of a drawing is not, and every grey level counts.
  const unevenness = median(border.map((value) => Math.abs(fround(value - ground))));
  const [least, most] = [fround(fround(MIN_INK) * strongest), fround(0.5 * strongest)];
  const threshold = Math.min(Math.max(fround(6 * unevenness), least), most);
  return { ...shades, values: ink.map((value) => (value < threshold ? 0 : value / strongest)) };
}

/**
 * A run of ink within a row.
 * @typedef {object} Run
 * @property {number} start its first place in the picture
 * @property {number} end the first one behind it
 * @property {Piece} piece what it belongs to; follow `piece.of` to the end
 */

/**
 * Runs that touch; `of` is the piece that it has become a part of.
 * @typedef {{ of?: Piece, weight: number }} Piece
 */

/**
 * `_drop_specks`: remove pieces of ink that touch no other, and are much smaller than the largest.
 * @returns {Shades}
 */
function withoutSpecks(/** @type {Shades} */ { values, width, height }) {
  /** @type {Run[][]} */
  const rows = Array.from({ length: height }, (_, y) => runsOf(values, y * width, (y + 1) * width));
  for (let y = 1; y < height; y++) joinTouching(rows[y - 1], rows[y], width);
  const runs = rows.flat();
  for (const { start, end, piece } of runs) {
    // As `numpy.add.reduceat` adds: all others to the first one.
    wholeOf(piece).weight += fround(values[start] + sum(values, start + 1, end));
  }
  const largest = runs.reduce((most, { piece }) => Math.max(most, piece.weight), 0);
  const kept = values.slice();
  for (const { start, end, piece } of runs) {
    if (wholeOf(piece).weight < SPECK * largest) kept.fill(0, start, end);
  }
  return { values: kept, width, height };
}

/**
 * @param {Float32Array} values
 * @param {number} from
 * @param {number} to
 */
function runsOf(values, from, to) {
  /** @type {Run[]} */
  const runs = [];
  for (let start = from, end; start < to; start = end + 1) {
    for (end = start; values[end] > 0 && end < to; end++);
    if (end > start) runs.push({ start, end, piece: { weight: 0 } });
  }
  return runs;
}

/**
 * Make one piece of what touches, corner to corner included.
 * @param {Run[]} above
 * @param {Run[]} below
 * @param {number} width
 */
function joinTouching(above, below, width) {
  let first = 0;
  for (const { start, end, piece } of above) {
    while (first < below.length && below[first].end < start + width) first++;
    for (let i = first; i < below.length && below[i].start <= end + width; i++) {
      const [whole, other] = [wholeOf(piece), wholeOf(below[i].piece)];
      if (whole !== other) whole.of = other;
    }
  }
}

/** @returns {Piece} */
function wholeOf(/** @type {Piece} */ piece) {
  while (piece.of) {
    if (piece.of.of) piece.of = piece.of.of; // halves the path for the next search
    piece = piece.of;
  }
  return piece;
}

/** `_cropped`: the smallest box that holds all ink. @returns {Shades} */
function cropped(/** @type {Shades} */ { values, width, height }) {
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (values[y * width + x] === 0) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), y];
    }
  }
  const [wide, high] = [right - left + 1, bottom - top + 1];
  const box = new Float32Array(wide * high);
  for (let y = 0; y < high; y++) {
    const start = (top + y) * width + left;
    box.set(values.subarray(start, start + wide), y * wide);
  }
  return { values: box, width: wide, height: high };
}

/** `_normalised`: scale to 20 pixels along the longer side, and to full strength. @returns {Shades} */
function normalised(/** @type {Shades} */ ink) {
  const { width, height } = ink;
  const scale = 20 / Math.max(height, width);
  const [columns, rows] = [width, height].map((side) => Math.max(1, nearest(side * scale)));
  const small = resized(ink, columns, rows);
  // A hairline covers only a part of each pixel, and comes out too faint to be read.
  const full = upperQuartile(small.values.filter((value) => value > 0));
  return { ...small, values: small.values.map((value) => Math.min(fround(value / full), 1)) };
}

/** `_centred`: place the ink in 28 x 28 pixels, its centre of mass at row 14, column 14. */
function centred(/** @type {Shades} */ { values, width, height }) {
  const rows = Float64Array.from({ length: height }, (_, y) => sum(values, y * width, (y + 1) * width));
  const top = placeOf(rows, height);
  const left = placeOf(sumsOfColumns(values, width, height), width);
  const image = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < height; y++) {
    image.set(values.subarray(y * width, (y + 1) * width), (top + y) * SIDE + left);
  }
  return image;
}

/**
 * Where ink begins whose centre of mass shall be at 14; a lopsided scribble is kept inside.
 * @param {Float64Array} weights
 * @param {number} size
 */
function placeOf(weights, size) {
  const centre = sumOfDoubles(weights.map((weight, i) => weight * i)) / sumOfDoubles(weights);
  return Math.min(Math.max(nearest(14 - centre), 0), SIDE - size);
}

/**
 * As numpy adds: row by row; a single column all at once.
 * @param {Float32Array} values
 * @param {number} width
 * @param {number} height
 */
function sumsOfColumns(values, width, height) {
  if (width === 1) return Float64Array.of(sum(values));
  const sums = new Float32Array(width);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) sums[x] += values[y * width + x];
  return Float64Array.from(sums);
}
