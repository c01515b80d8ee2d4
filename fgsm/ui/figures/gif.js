// @ts-check
// Animated GIFs: frames of at most 255 colours, each stored as what has changed since the one before.

/**
 * @typedef {object} Film
 * @property {number} width
 * @property {number} height
 * @property {number[]} palette at most 255 colours, each 0xRRGGBB
 * @property {Uint8Array[]} frames indexes of the palette, row by row
 * @property {number[]} delays how long each frame is shown, in hundredths of a second
 */

const CLEAR_BITS = 8; // of an index; codes below 256 are pixels
const CLEAR = 1 << CLEAR_BITS;
const END = CLEAR + 1;
const MOST_CODES = 4096;
const UNCHANGED = 255; // the transparent colour: what was there stays

/** The file's bytes; it is played again and again. */
export function encodeGif(/** @type {Film} */ { width, height, palette, frames, delays }) {
  if (palette.length > UNCHANGED) throw new Error(`a GIF of ours has ${UNCHANGED} colours at most, not ${palette.length}`);
  const out = new Bytes();
  out.text("GIF89a");
  out.words(width, height);
  out.push(0xf7, 0, 0); // a table of 256 colours
  for (let i = 0; i < 256; i++) {
    const colour = palette[i] ?? 0;
    out.push(colour >> 16, (colour >> 8) & 255, colour & 255);
  }
  out.push(0x21, 0xff, 11);
  out.text("NETSCAPE2.0");
  out.push(3, 1, 0, 0, 0); // again, for ever
  frames.forEach((frame, i) => {
    const { left, top, right, bottom } = changed(frames[i - 1], frame, width, height);
    out.push(0x21, 0xf9, 4, 0x05); // keep what is there; one colour is transparent
    out.words(delays[i]);
    out.push(UNCHANGED, 0, 0x2c);
    out.words(left, top, right - left, bottom - top);
    out.push(0);
    out.push(CLEAR_BITS);
    out.blocks(compressed(difference(frames[i - 1], frame, width, { left, top, right, bottom })));
  });
  out.push(0x3b);
  return out.bytes();
}

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Box */

/**
 * The smallest box that holds all that has changed; one pixel if nothing has.
 * @param {Uint8Array | undefined} before
 * @param {Uint8Array} frame
 * @param {number} width
 * @param {number} height
 * @returns {Box}
 */
function changed(before, frame, width, height) {
  if (!before) return { left: 0, top: 0, right: width, bottom: height };
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let i = 0; i < frame.length; i++) {
    if (frame[i] === before[i]) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
  }
  return right ? { left, top, right, bottom } : { left: 0, top: 0, right: 1, bottom: 1 };
}

/**
 * The pixels of the box that have changed; the others are transparent.
 * @param {Uint8Array | undefined} before
 * @param {Uint8Array} frame
 * @param {number} width
 * @param {Box} box
 */
function difference(before, frame, width, { left, top, right, bottom }) {
  const pixels = new Uint8Array((right - left) * (bottom - top));
  let to = 0;
  for (let y = top; y < bottom; y++)
    for (let i = y * width + left; i < y * width + right; i++)
      pixels[to++] = before && before[i] === frame[i] ? UNCHANGED : frame[i];
  return pixels;
}

/** The pixels in the code of Lempel, Ziv and Welch, as GIF has it: codes of 9 to 12 bits. */
function compressed(/** @type {Uint8Array} */ pixels) {
  /** @type {number[]} */
  const bytes = [];
  let [bits, filled, size] = [0, 0, CLEAR_BITS + 1];
  const write = (/** @type {number} */ code) => {
    bits |= code << filled;
    filled += size;
    for (; filled >= 8; filled -= 8, bits >>>= 8) bytes.push(bits & 255);
  };
  /** @type {Map<number, number>} From a code and the next pixel to the code of both. */
  let known = new Map();
  let next = END + 1;
  write(CLEAR);
  let code = pixels[0];
  for (let i = 1; i < pixels.length; i++) {
    const key = code * 256 + pixels[i];
    const longer = known.get(key);
    if (longer !== undefined) {
      code = longer;
      continue;
    }
    write(code);
    code = pixels[i];
    if (next < MOST_CODES) {
      if (next === 1 << size) size += 1; // the decoder learns that code only now
      known.set(key, next++);
    } else {
      write(CLEAR);
      known = new Map();
      [next, size] = [END + 1, CLEAR_BITS + 1];
    }
  }
  write(code);
  write(END);
  if (filled) bytes.push(bits & 255);
  return bytes;
}

/** Bytes that are written one after the other. */
class Bytes {
  /** @type {number[]} */
  #all = [];

  push(/** @type {number[]} */ ...bytes) {
    this.#all.push(...bytes);
  }

  text(/** @type {string} */ text) {
    for (const letter of text) this.#all.push(letter.charCodeAt(0));
  }

  /** Numbers of two bytes, the lower one first. */
  words(/** @type {number[]} */ ...numbers) {
    for (const number of numbers) this.#all.push(number & 255, number >> 8);
  }

  /** Data in blocks of up to 255 bytes, and an empty one at the end. */
  blocks(/** @type {number[]} */ data) {
    for (let start = 0; start < data.length; start += 255) {
      const block = data.slice(start, start + 255);
      this.#all.push(block.length, ...block);
    }
    this.#all.push(0);
  }

  bytes() {
    return Uint8Array.from(this.#all);
  }
}

/**
 * Pictures with a palette of their own: of all their colours if there are few enough, or else of
 * colours that are rounded as little as need be.
 * @param {Uint32Array[]} pictures pixels of ImageData, opaque
 * @returns {{ palette: number[], frames: Uint8Array[] }}
 */
export function indexed(pictures) {
  for (let step = 1; ; step += 1) {
    /** @type {Map<number, number>} */
    const indexes = new Map();
    /** @type {Map<number, number>} */
    const rounded = new Map(); // for each pixel's value, its index
    const isFew = pictures.every((picture) => picture.every((pixel) => {
      if (rounded.has(pixel)) return true;
      const colour = roundedColour(pixel, step);
      if (!indexes.has(colour)) indexes.set(colour, indexes.size);
      rounded.set(pixel, indexes.get(colour) ?? 0);
      return indexes.size <= UNCHANGED;
    }));
    if (!isFew) continue;
    const frames = pictures.map((picture) => Uint8Array.from(picture, (pixel) => rounded.get(pixel) ?? 0));
    return { palette: [...indexes.keys()], frames };
  }
}

/** A pixel of ImageData as 0xRRGGBB, each part rounded to a multiple of the step (255 stays). */
function roundedColour(/** @type {number} */ pixel, /** @type {number} */ step) {
  const part = (/** @type {number} */ shift) => Math.min(255, Math.round(((pixel >> shift) & 255) / step) * step);
  const white = (/** @type {number} */ shift) => (((pixel >> shift) & 255) > 255 - step ? 255 : part(shift));
  return (white(0) << 16) | (white(8) << 8) | white(16);
}
