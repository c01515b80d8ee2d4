// @ts-check
// Reading what fgsm/ui/wire.py packed, and painting it.

import { find } from "./dom.js";

/** @typedef {import("../contract").Packed} Packed */

const PIXELS = 784;

/**
 * The bytes of K frames of 784 pixels: as they are, or from base64 of zlib of differences between frames.
 * @param {Packed} frames
 */
export async function unpack(frames) {
  if (frames instanceof Uint8Array) return frames;
  const packed = Uint8Array.from(atob(frames), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return undifferenced(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** Frames from the differences between them, in place. */
export function undifferenced(/** @type {Uint8Array} */ bytes) {
  // The array wraps around at 256, as the subtraction did.
  for (let i = PIXELS; i < bytes.length; i++) bytes[i] += bytes[i - PIXELS];
  return bytes;
}

/** One pixel of ImageData, as all current browsers lay it out. */
function opaque(/** @type {number} */ red, /** @type {number} */ green, /** @type {number} */ blue) {
  return (255 << 24 | blue << 16 | green << 8 | red) >>> 0;
}

/** 256 colours for images: black to white. */
export const GREYS = Uint32Array.from({ length: 256 }, (_, level) => opaque(level, level, level));

/**
 * 256 colours for changes: minus below 128, zero at 128, plus above.
 * @param {number[]} minus red, green and blue; likewise the others
 * @param {number[]} zero
 * @param {number[]} plus
 */
export function changeColours(minus, zero, plus) {
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const part = Math.min(Math.abs(level - 128) / 127, 1);
    const end = level < 128 ? minus : plus;
    const [red, green, blue] = zero.map((from, i) => Math.round(from + part * (end[i] - from)));
    return opaque(red, green, blue);
  });
}

/** The 256 colours of changes that the style sheet has for this theme. */
export function themeColours() {
  const probe = document.createElement("span");
  probe.style.forcedColorAdjust = "none"; // where a system forces its colours, its names for them count
  find(document, ".ours").append(probe);
  const [minus, zero, plus] = ["--minus", "--zero", "--plus"].map((name) => {
    probe.style.color = `var(${name})`;
    return rgb(getComputedStyle(probe).color);
  });
  probe.remove();
  return changeColours(minus, zero, plus);
}

/** The three numbers of a colour like `rgb(1, 2, 3)`, which is what browsers compute. */
function rgb(/** @type {string} */ text) {
  return (text.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}

/** A canvas of 28 x 28. */
export function createCanvas() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 28;
  return canvas;
}

/**
 * Paint frame k of the bytes on a canvas of 28 x 28.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} bytes
 * @param {number} k
 * @param {Uint32Array} colours
 */
export function paintFrame(canvas, bytes, k, colours) {
  const context = contextOf(canvas);
  const image = context.createImageData(28, 28);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0, from = k * PIXELS; i < PIXELS; i++) pixels[i] = colours[bytes[from + i]];
  context.putImageData(image, 0, 0);
}

/** The context for drawing on a canvas. */
export function contextOf(/** @type {HTMLCanvasElement} */ canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser cannot draw");
  return context;
}
