// @ts-check
// Drawings and pictures as text that fits into a link. `fgsm/ui/link.py` packs pictures the same way.

/** @typedef {[number, number]} Point of the pad, which is 1 wide and high; what is cut off lies beyond */

/** Places per side of the pad: a drawing has its points there, so that a link holds exactly what was drawn. */
const GRID = 512;
const [LEAST, MOST] = [-GRID, 2 * GRID]; // how far beyond the pad a stroke may go
const PIXELS = 784;
const [RAW, RUNS] = [0, 1];
const NO_DRAWING = "what follows “drawing-” is not a drawing";
const NO_PICTURE = "what follows “image-” is not a picture";

/** The nearest place of the grid. @returns {Point} */
export const onGrid = (/** @type {Point} */ point) =>
  /** @type {Point} */ (point.map((at) => Math.min(Math.max(Math.round(at * GRID), LEAST), MOST) / GRID));

/**
 * Strokes as text: for each one how many points it has, then how far each point is from the one before.
 * @param {Point[][]} strokes of points on the grid
 */
export function packedStrokes(strokes) {
  /** @type {number[]} */
  const bytes = [];
  let [x, y] = [0, 0];
  for (const stroke of strokes) {
    pushNumber(bytes, stroke.length);
    for (const point of stroke) {
      const [right, down] = point.map((at) => Math.round(at * GRID));
      for (const step of [right - x, down - y]) pushNumber(bytes, step < 0 ? -2 * step - 1 : 2 * step);
      [x, y] = [right, down];
    }
  }
  return toText(bytes);
}

/** The strokes of a text, or an error that says that it is none. */
export function unpackedStrokes(/** @type {string} */ text) {
  const bytes = toBytes(text, NO_DRAWING);
  let at = 0;
  const number = () => {
    let value = 0;
    for (let factor = 1; factor < 2 ** 28; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new Error(NO_DRAWING);
  };
  const step = () => {
    const value = number();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  };
  /** @type {Point[][]} */
  const strokes = [];
  let [x, y] = [0, 0];
  while (at < bytes.length) {
    const length = number();
    if (length === 0 || 2 * length > bytes.length - at) throw new Error(NO_DRAWING);
    /** @type {Point[]} */
    const stroke = [];
    for (let i = 0; i < length; i++) {
      x += step();
      y += step();
      if (Math.min(x, y) < LEAST || Math.max(x, y) > MOST) throw new Error(NO_DRAWING);
      stroke.push([x / GRID, y / GRID]);
    }
    strokes.push(stroke);
  }
  if (!strokes.length) throw new Error(NO_DRAWING);
  return strokes;
}

/**
 * A picture as text: its bytes, or, if that is shorter, its runs of equal bytes.
 * @param {string} pixels base64 of 784 bytes
 */
export function packedPixels(pixels) {
  const bytes = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
  const runs = [RUNS];
  for (let start = 0, end; start < bytes.length; start = end) {
    end = start + 1;
    while (bytes[end] === bytes[start] && end - start < 255) end++;
    runs.push(end - start, bytes[start]);
  }
  return toText(runs.length <= PIXELS ? runs : [RAW, ...bytes]);
}

/** The picture of a text, in base64; or an error that says that it is none. */
export function unpackedPixels(/** @type {string} */ text) {
  const [kind, ...rest] = toBytes(text, NO_PICTURE);
  const pixels = kind === RAW ? rest : [];
  if (kind === RUNS) {
    for (let i = 0; i < rest.length; i += 2) {
      const isRun = rest[i] > 0 && rest[i + 1] !== undefined && pixels.length + rest[i] <= PIXELS;
      if (!isRun) throw new Error(NO_PICTURE);
      for (let n = 0; n < rest[i]; n++) pixels.push(rest[i + 1]);
    }
  }
  if (pixels.length !== PIXELS) throw new Error(NO_PICTURE);
  return btoa(String.fromCharCode(...pixels));
}

/** Append a whole number, seven bits a byte. @param {number[]} bytes @param {number} value */
function pushNumber(bytes, value) {
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  bytes.push(value);
}

/** Bytes in base64, with the letters that a link leaves as they are. */
function toText(/** @type {number[]} */ bytes) {
  let characters = "";
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text @param {string} problem what is wrong if it is not such a text */
function toBytes(text, problem) {
  if (!/^[\w-]+$/.test(text)) throw new Error(problem);
  try {
    const characters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Array.from(characters, (character) => character.charCodeAt(0));
  } catch {
    throw new Error(problem);
  }
}
