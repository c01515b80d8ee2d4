// @ts-check
// What the first bytes of a picture file say: its format, and its size before anything is decoded.

/**
 * @typedef {object} Announced
 * @property {string} type the format's media type
 * @property {number} width 0 if the file breaks off before it
 * @property {number} height
 */

/**
 * The format of a picture file, if it is one of PNG, JPEG, WebP, GIF and BMP.
 * @param {Uint8Array} file
 * @returns {Announced | null}
 */
export function announced(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found = FORMATS.find(({ isSo }) => isSo(textOf(file)));
  if (!found) return null;
  try {
    const [width, height] = found.sizeOf(view);
    return { type: found.type, width, height };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { type: found.type, width: 0, height: 0 };
  }
}

/** The first bytes, one a character. */
const textOf = (/** @type {Uint8Array} */ file) => String.fromCharCode(...file.subarray(0, 16));

/** Where each format has its size; reading beyond the end throws a `RangeError`. */
const FORMATS = [
  {
    type: "image/png",
    isSo: (/** @type {string} */ start) => start.startsWith("\x89PNG\r\n\x1a\n"),
    sizeOf: (/** @type {DataView} */ view) => [view.getUint32(16), view.getUint32(20)],
  },
  {
    type: "image/jpeg",
    isSo: (/** @type {string} */ start) => start.startsWith("\xff\xd8\xff"),
    sizeOf: sizeOfJpeg,
  },
  {
    type: "image/webp",
    isSo: (/** @type {string} */ start) => start.startsWith("RIFF") && start.startsWith("WEBP", 8),
    sizeOf: sizeOfWebp,
  },
  {
    type: "image/gif",
    isSo: (/** @type {string} */ start) => /^GIF8[79]a/.test(start),
    sizeOf: (/** @type {DataView} */ view) => [view.getUint16(6, true), view.getUint16(8, true)],
  },
  {
    type: "image/bmp",
    isSo: (/** @type {string} */ start) => start.startsWith("BM"),
    sizeOf: sizeOfBmp,
  },
];

/** @param {DataView} view */
function sizeOfJpeg(view) {
  // Segments are FF, their kind, and their length. The frame's header, one of the kinds C0 to CF, has the size.
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    while (view.getUint8(at + 1) === 0xff) at++; // segments may be set apart by more of FF
    const kind = view.getUint8(at + 1);
    const isFrame = kind >= 0xc0 && kind <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(kind);
    if (isFrame) return [view.getUint16(at + 7), view.getUint16(at + 5)];
  }
}

/** @param {DataView} view */
function sizeOfWebp(view) {
  const bits = 0x3fff;
  const kind = String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)));
  if (kind === "VP8 ") return [view.getUint16(26, true) & bits, view.getUint16(28, true) & bits];
  if (kind === "VP8L") {
    const size = view.getUint32(21, true);
    return [(size & bits) + 1, ((size >> 14) & bits) + 1];
  }
  // An extended file has the size of its canvas.
  return [24, 27].map((at) => 1 + view.getUint16(at, true) + 2 ** 16 * view.getUint8(at + 2));
}

/** @param {DataView} view */
function sizeOfBmp(view) {
  const isOld = view.getUint32(14, true) === 12;
  if (isOld) return [view.getUint16(18, true), view.getUint16(20, true)];
  return [view.getInt32(18, true), Math.abs(view.getInt32(22, true))]; // below 0: from top to bottom
}
