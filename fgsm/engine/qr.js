// @ts-check
// QR codes of links, module for module those of `segno.make(link, error="m", micro=False)`.
//
// Source: ISO/IEC 18004:2015; the numbers in brackets are its sections. This is what a code says, in codewords;
// `qr_matrix.js` lays them out.

import { laidOut } from "./qr_matrix.js";
import { Refusal } from "./refusal.js";

/**
 * A level of error correction: how a code names it [7.9], and for each version, from 1 on, how many codewords of a
 * block are for correction, and how many blocks there are [7.5.1, table 9].
 * @typedef {object} Level
 * @property {number} name
 * @property {number[]} correction
 * @property {number[]} blocks
 */

/**
 * From weak to strong. What M needs a larger code for never leaves room for H, and for Q only in the
 * smallest codes.
 * @type {Record<"M" | "Q", Level>}
 */
const LEVELS = {
  M: {
    name: 0b00,
    correction: [
      10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26,
      ...Array(19).fill(28),
    ],
    blocks: [
      1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25,
      26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
    ],
  },
  Q: { name: 0b11, correction: [13, 22, 18, 26], blocks: [1, 1, 2, 2] },
};
const BYTES = 0b0100; // the mode in which links are written: they have small letters

/**
 * The code of a link, without its quiet zone: of level M, or of a higher one that makes it no larger.
 * @param {string} link in ASCII
 * @returns {Uint8Array[]} rows of modules: 0 is light, 1 dark
 * @throws {Refusal} it is longer than a code can be
 */
export function qrCode(link) {
  const bytes = Uint8Array.from(link, (character) => character.charCodeAt(0));
  const fits = (/** @type {number} */ version, /** @type {Level} */ level) =>
    bytes.length + 0.5 + bytesForLength(version) <= dataWords(version, level);
  let version = 1;
  while (!fits(version, LEVELS.M)) {
    if (++version > LEVELS.M.blocks.length) throw new Refusal("the link is too long for a code");
  }
  const level = version <= LEVELS.Q.blocks.length && fits(version, LEVELS.Q) ? LEVELS.Q : LEVELS.M;
  const words = interleaved(message(bytes, version, dataWords(version, level)), version, level);
  return laidOut(words, version, level.name);
}

/** How many bytes say how long the text is [7.4.1, table 3]. */
const bytesForLength = (/** @type {number} */ version) => (version < 10 ? 1 : 2);

/** How many codewords a code has in all: what function patterns leave [6.3]. */
function allWords(/** @type {number} */ version) {
  const alignments = version === 1 ? 0 : Math.floor(version / 7) + 2;
  let modules = (16 * version + 128) * version + 64;
  if (alignments) modules -= (25 * alignments - 10) * alignments - 55;
  if (version >= 7) modules -= 36; // version information
  return Math.floor(modules / 8);
}

/** @param {number} version @param {Level} level */
const dataWords = (version, { correction, blocks }) =>
  allWords(version) - correction[version - 1] * blocks[version - 1];

/**
 * Mode, length, text and terminator, filled up to the capacity [7.4.10].
 * @param {Uint8Array} bytes
 * @param {number} version
 * @param {number} capacity in codewords
 */
function message(bytes, version, capacity) {
  const length = [bytes.length >> 12, (bytes.length >> 8) & 15, (bytes.length >> 4) & 15, bytes.length & 15];
  const terminator = 0;
  const halves = [BYTES, ...length.slice(-2 * bytesForLength(version))];
  for (const byte of bytes) halves.push(byte >> 4, byte & 15);
  halves.push(terminator);
  const words = new Uint8Array(capacity);
  for (let i = 0; i < halves.length / 2; i++) words[i] = halves[2 * i] * 16 + halves[2 * i + 1];
  // segno leaves a codeword empty here, and begins to fill behind it.
  for (let i = halves.length / 2 + 1, pad = 0xec; i < capacity; i++, pad ^= 0xec ^ 0x11) words[i] = pad;
  return words;
}

/**
 * The message in blocks, each with its correction, the words of all blocks in turn [7.6].
 * @param {Uint8Array} data
 * @param {number} version
 * @param {Level} level
 */
function interleaved(data, version, { correction, blocks }) {
  const [extra, count] = [correction[version - 1], blocks[version - 1]];
  const short = Math.floor(data.length / count);
  const shorter = count - (data.length % count); // how many are; they come first
  let at = 0;
  const parts = Array.from({ length: count }, (_, i) => data.subarray(at, (at += short + Number(i >= shorter))));
  const divisor = generatorOf(extra);
  const corrections = parts.map((part) => remainder(part, divisor));
  return [...inTurn(parts, short + 1), ...inTurn(corrections, extra)];
}

/** @param {ArrayLike<number>[]} parts @param {number} longest */
const inTurn = (parts, longest) =>
  Array.from({ length: longest }, (_, i) => parts.filter((part) => i < part.length).map((part) => part[i])).flat();

// ---- Reed-Solomon codes [7.5.2]: bytes are polynomials over two elements, modulo x^8 + x^4 + x^3 + x^2 + 1 ----

/** Powers of the element 2, and for each element which power it is. */
const POWERS = new Uint8Array(255);
const LOGARITHMS = new Uint8Array(256);
for (let i = 0, power = 1; i < 255; i++, power = power & 128 ? (power << 1) ^ 0x11d : power << 1) {
  POWERS[i] = power;
  LOGARITHMS[power] = i;
}

const times = (/** @type {number} */ a, /** @type {number} */ b) =>
  a && b ? POWERS[(LOGARITHMS[a] + LOGARITHMS[b]) % 255] : 0;

/** The product of x - 2^i for all i below the degree: its coefficients behind the leading 1 [annex A]. */
function generatorOf(/** @type {number} */ degree) {
  let factors = [1];
  for (let i = 0; i < degree; i++) {
    factors = [...factors, 0].map((each, k) => each ^ (k > 0 ? times(factors[k - 1], POWERS[i]) : 0));
  }
  return factors.slice(1);
}

/** What is left of the words, followed by as many zeros as the divisor has, when they are divided. */
function remainder(/** @type {ArrayLike<number>} */ words, /** @type {number[]} */ divisor) {
  let left = divisor.map(() => 0);
  for (let i = 0; i < words.length; i++) {
    const factor = words[i] ^ left[0];
    left = divisor.map((each, k) => (left[k + 1] ?? 0) ^ times(each, factor));
  }
  return left;
}
