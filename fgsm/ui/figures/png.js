// @ts-check
// PNG files: a picture of 28 x 28 grey levels, byte for byte; and an SVG, drawn.

import { contextOf } from "../shared/frames.js";

const SIDE = 28;
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const HEAD = [0, 0, 0, SIDE, 0, 0, 0, SIDE, 8, 0, 0, 0, 0]; // eight bits, grey

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** A picture of 28 x 28 grey levels as a file. @param {Uint8Array} levels */
export async function greyPng(levels) {
  const rows = Array.from({ length: SIDE }, (_, y) => [0, ...levels.subarray(SIDE * y, SIDE * (y + 1))]);
  const stream = new Blob([Uint8Array.from(rows.flat())]).stream().pipeThrough(new CompressionStream("deflate"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  const bytes = [...SIGNATURE, ...chunk("IHDR", HEAD), ...chunk("IDAT", packed), ...chunk("IEND", [])];
  return new Blob([Uint8Array.from(bytes)], { type: "image/png" });
}

/** @param {string} name @param {ArrayLike<number>} content */
function chunk(name, content) {
  const checked = [...[...name].map((letter) => letter.charCodeAt(0)), ...Array.from(content)];
  const sum = checked.reduce((crc, byte) => CRC[(crc ^ byte) & 255] ^ (crc >>> 8), 0xffffffff);
  return [...bytesOf(content.length), ...checked, ...bytesOf(~sum)];
}

const bytesOf = (/** @type {number} */ value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);

/** An SVG as a picture. @param {string} svg @param {number} width in pixels */
export async function drawnPng(svg, width) {
  const image = await imageOf(svg);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = Math.round(width * image.naturalHeight / image.naturalWidth);
  contextOf(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
  /** @type {Blob | null} */
  const file = await new Promise((done) => canvas.toBlob(done, "image/png"));
  if (!file) throw new Error("this browser cannot make a PNG of that size");
  return file;
}

/** @returns {Promise<HTMLImageElement>} */
async function imageOf(/** @type {string} */ svg) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    await image.decode();
  } finally {
    URL.revokeObjectURL(image.src);
  }
  return image;
}
