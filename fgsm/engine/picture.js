// @ts-check
// A picture file from anywhere -> an image that the models can read: `fgsm/picture.py`. The browser
// decodes the file.

import { borderOf, toMnist } from "./drawing.js";
import { median } from "./numpy.js";
import { announced } from "./picture_format.js";
import { brightnessOf } from "./pillow.js";
import { Refusal } from "./refusal.js";

const MOST_BYTES = 1_000_000;
const MOST_PIXELS = 4_000_000;
const MOST_SCANS = 100; // of a progressive JPEG; each visits every pixel again
const LIGHT = 0.6; // the ground of a picture that is as light as this, or lighter, is paper
const SIDE = 28;

/**
 * `fgsm.picture.read_picture`: a picture of 28 x 28 pixels on a ground that is not light is taken as it
 * is, any other goes through `toMnist`.
 *
 * An opaque picture gives the same image as in Python, if both decode it alike; of formats with loss
 * they do so within a level or two. Where a pixel is half transparent, on an opaque ground, a canvas
 * rounds its colour.
 * @param {Uint8Array<ArrayBuffer>} content the file's bytes
 * @returns {Promise<Float32Array>} `(784,)` in [0, 1], exactly byte / 255
 * @throws {Refusal} it is too large, broken, blank, or not a picture of the formats that are read
 */
export async function readPicture(content) {
  if (!content.length) throw new Refusal("picture has 0 bytes; it must be a picture file");
  if (content.length > MOST_BYTES) {
    throw new Refusal(
      `picture has ${inThousands(content.length)} bytes; it may have ${inThousands(MOST_BYTES)} at most`,
    );
  }
  checkScans(content);
  const file = announced(content);
  if (!file) {
    throw new Refusal(
      "picture is not one that can be read: it is no file of PNG, JPEG, WEBP, GIF or BMP; " +
        `its first bytes are ${inHex(content.subarray(0, 8))}`,
    );
  }
  checkSize(file.width, file.height); // before it is decoded
  const picture = pictureOf(await decoded(new Blob([content], { type: file.type })));
  return isDigit(picture) ? asItIs(picture.pixels) : toMnist(picture);
}

/** `fgsm.picture.as_it_is`: 784 bytes as an image, exactly byte / 255. */
export const asItIs = (/** @type {Uint8Array} */ bytes) =>
  Float32Array.from(bytes, (byte) => byte / 255);

/** The first frame, upright, as red, green, blue and opacity of each pixel. @param {Blob} file */
async function decoded(file) {
  try {
    const options = /** @type {const} */ ({ premultiplyAlpha: "none", colorSpaceConversion: "none" });
    const bitmap = await createImageBitmap(file, options);
    const { width, height } = bitmap;
    const canvas = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (!canvas) throw new Error("this browser has no canvas for it");
    canvas.drawImage(bitmap, 0, 0);
    bitmap.close();
    return canvas.getImageData(0, 0, width, height);
  } catch (error) {
    // Browsers word differently what a broken file leads them to.
    throw new Refusal(`picture is broken: ${String(error instanceof Error ? error.message : error).slice(0, 100)}`);
  }
}

/** @returns {import("./drawing.js").Picture} */
function pictureOf(/** @type {ImageData} */ { data, width, height }) {
  const pixels = new Uint8Array(width * height);
  const opacity = new Uint8Array(width * height);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = brightnessOf(data[4 * i], data[4 * i + 1], data[4 * i + 2]);
    opacity[i] = data[4 * i + 3];
  }
  return { pixels, width, height, ...(opacity.every((each) => each === 255) ? {} : { opacity }) };
}

/** Whether it is taken as it is: of MNIST's size, opaque, on a ground that is not light. */
function isDigit(/** @type {import("./drawing.js").Picture} */ { pixels, width, height, opacity }) {
  if (width !== SIDE || height !== SIDE || opacity) return false;
  return median(borderOf({ values: new Float32Array(pixels), width, height })) < 255 * LIGHT;
}

/** @param {number} width @param {number} height */
function checkSize(width, height) {
  if (width * height <= MOST_PIXELS) return;
  throw new Refusal(
    `picture is ${width} x ${height} pixels, ${inThousands(width * height)} in all; it may have ` +
      `${inThousands(MOST_PIXELS)} at most`,
  );
}

function checkScans(/** @type {Uint8Array} */ content) {
  if (content[0] !== 0xff || content[1] !== 0xd8) return;
  // Within compressed data a byte FF is never followed by DA, except where a scan starts.
  let scans = 0;
  for (let i = 1; i < content.length; i++) if (content[i - 1] === 0xff && content[i] === 0xda) scans++;
  if (scans > MOST_SCANS) {
    throw new Refusal(`picture has ${inThousands(scans)} scans; a JPEG may have ${MOST_SCANS} at most`);
  }
}

const inThousands = (/** @type {number} */ count) => count.toLocaleString("en");

const inHex = (/** @type {Uint8Array} */ bytes) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
