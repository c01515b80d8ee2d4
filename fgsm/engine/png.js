// @ts-check
// Reads a grey picture in the format PNG: so far as the file of the built-in digits needs it.

const SIGNATURE = "\x89PNG\r\n\x1a\n";
const GREY = 0; // the colour type
const DAMAGED = "this PNG is damaged";

/**
 * The pixels of a PNG file: grey, of eight bits, without interlacing.
 *
 * Source: Portable Network Graphics (PNG) Specification, W3C.
 *
 * @param {Uint8Array<ArrayBuffer>} file
 * @returns {Promise<import("./pillow.js").Levels>}
 * @throws {Error} it is damaged, or another kind of picture
 */
export async function readPng(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (textOf(file.subarray(0, 8)) !== SIGNATURE) throw new Error("this is not a PNG file");
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const data = [];
  let [width, height] = [0, 0];
  // A chunk is its length, its type, what it holds, and a checksum.
  for (let at = 8, length; at < file.length; at += length + 12) {
    length = view.getUint32(at);
    const [type, content] = [textOf(file.subarray(at + 4, at + 8)), at + 8];
    if (type === "IHDR") {
      [width, height] = [view.getUint32(content), view.getUint32(content + 4)];
      const [depth, colour, , , interlace] = file.subarray(content + 8);
      if (depth !== 8 || colour !== GREY || interlace) throw new Error("this PNG is not a plain grey picture");
    }
    if (type === "IDAT") data.push(file.subarray(content, content + length));
  }
  return { pixels: unfiltered(await unpacked(new Blob(data)), width, height), width, height };
}

async function unpacked(/** @type {Blob} */ data) {
  const rows = data.stream().pipeThrough(new DecompressionStream("deflate"));
  try {
    return new Uint8Array(await new Response(rows).arrayBuffer());
  } catch (cause) {
    throw new Error(DAMAGED, { cause });
  }
}

const textOf = (/** @type {Uint8Array} */ bytes) => String.fromCharCode(...bytes);

/**
 * Undo what makes rows easier to compress: each is written as differences, and begins with their kind.
 * @param {Uint8Array} rows
 * @param {number} width
 * @param {number} height
 */
function unfiltered(rows, width, height) {
  if (rows.length !== (width + 1) * height) throw new Error(DAMAGED);
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const [kind, start] = [rows[y * (width + 1)], y * width];
    for (let x = 0; x < width; x++) {
      const left = x > 0 ? pixels[start + x - 1] : 0;
      const above = y > 0 ? pixels[start + x - width] : 0;
      const corner = x > 0 && y > 0 ? pixels[start + x - width - 1] : 0;
      const expected = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][kind];
      pixels[start + x] = rows[y * (width + 1) + 1 + x] + expected;
    }
  }
  return pixels;
}

/** The neighbour that is nearest to left + above - corner. */
function paeth(/** @type {number} */ left, /** @type {number} */ above, /** @type {number} */ corner) {
  const [toLeft, toAbove] = [Math.abs(above - corner), Math.abs(left - corner)];
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
