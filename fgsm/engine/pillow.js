// @ts-check
// What Pillow does with grey pictures, number for number: `reduce`, and `resize` with its filter BOX.

const { fround } = Math;

/**
 * Grey levels as bytes, row by row.
 * @typedef {object} Levels
 * @property {Uint8Array} pixels
 * @property {number} width
 * @property {number} height
 */

/**
 * Real numbers, row by row.
 * @typedef {object} Shades
 * @property {Float32Array} values
 * @property {number} width
 * @property {number} height
 */

/** `convert("L")`: the brightness of a colour, as ITU-R 601-2 weighs it. All are bytes. */
export const brightnessOf = (/** @type {number} */ red, /** @type {number} */ green, /** @type {number} */ blue) =>
  (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;

/**
 * `Image.reduce(factor)` of a picture of mode L: means of squares, those at the right and lower edge cut off.
 * @param {Levels} picture
 * @param {number} factor
 * @returns {Levels}
 */
export function reduced({ pixels, width, height }, factor) {
  const [columns, rows] = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const means = new Uint8Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    const [top, bottom] = [y * factor, Math.min((y + 1) * factor, height)];
    for (let x = 0; x < columns; x++) {
      const [left, right] = [x * factor, Math.min((x + 1) * factor, width)];
      const area = (right - left) * (bottom - top);
      let total = area >> 1; // for rounding
      for (let row = top; row < bottom; row++) {
        for (let i = row * width + left; i < row * width + right; i++) total += pixels[i];
      }
      // Pillow multiplies by this whole number instead of dividing by the area.
      const share = Math.floor(fround(2 ** 32 / (256 * area)));
      means[y * columns + x] = Math.imul(total, share) >>> 24;
    }
  }
  return { pixels: means, width: columns, height: rows };
}

/** `convert("La")`: a grey level times its opacity; both are bytes. */
export function premultiplied(/** @type {number} */ level, /** @type {number} */ opacity) {
  const product = level * opacity + 128;
  return (product + (product >> 8)) >> 8;
}

/** `convert("LA")`, the way back. */
export const straight = (/** @type {number} */ product, /** @type {number} */ opacity) =>
  opacity === 0 || opacity === 255 ? product : Math.min(Math.floor((255 * product) / opacity), 255);

/**
 * `Image.resize((columns, rows), BOX)` of a picture of mode F: first its rows, then its columns; each new pixel
 * is the mean of the old ones whose centres it covers.
 * @param {Shades} picture
 * @param {number} columns
 * @param {number} rows
 * @returns {Shades}
 */
export function resized({ values, width, height }, columns, rows) {
  let [from, wide] = [values, width];
  if (columns !== width) {
    const narrow = new Float32Array(columns * height);
    const boxes = boxesOf(width, columns);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < columns; x++) narrow[y * columns + x] = meanOf(values, boxes[x], y * width, 1);
    }
    [from, wide] = [narrow, columns];
  }
  if (rows === height) return { values: from, width: wide, height };
  const small = new Float32Array(columns * rows);
  const boxes = boxesOf(height, rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) small[y * columns + x] = meanOf(from, boxes[y], x, wide);
  }
  return { values: small, width: columns, height: rows };
}

/**
 * Which of `size` pixels in a line each of `count` new ones covers.
 * @param {number} size
 * @param {number} count
 */
function boxesOf(size, count) {
  const scale = size / count;
  const stretch = Math.max(scale, 1); // a box is at least one pixel wide
  return Array.from({ length: count }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const start = Math.max(Math.trunc(centre - 0.5 * stretch + 0.5), 0);
    const end = Math.min(Math.trunc(centre + 0.5 * stretch + 0.5), size);
    const weights = Array.from({ length: end - start }, (_, k) => {
      const place = (k + start - centre + 0.5) * (1 / stretch);
      return Number(place > -0.5 && place <= 0.5);
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { start, weights: weights.map((weight) => weight / total) };
  });
}

/**
 * @param {Float32Array} values
 * @param {{ start: number, weights: number[] }} box
 * @param {number} origin
 * @param {number} stride
 */
function meanOf(values, { start, weights }, origin, stride) {
  let mean = 0;
  for (let k = 0; k < weights.length; k++) mean += values[origin + (start + k) * stride] * weights[k];
  return mean;
}
