// @ts-check
// Pictures that come in: chosen as a file, pasted, or dropped on the page. The server reads them; what
// comes back is 28 x 28 pixels, which the page keeps. Where one is more than the server takes, such as a
// phone's photograph, the browser makes it smaller first.

import { catalogue } from "../shared/catalogue.js";
import { create, find } from "../shared/dom.js";
import { contextOf, unpack } from "../shared/frames.js";
import { isOurs } from "../shared/host.js";
import { SAID } from "../shared/server.js";
import { refusalOf, whenFree } from "../shared/waiting.js";
import { count } from "../shared/words.js";

/** @typedef {import("../contract").Picture} Picture */
/** @typedef {import("../contract").Service} Service */

// What the server takes: bytes, pixels in all, and along a side; see fgsm/picture.py and fgsm/drawing.py.
const MOST = catalogue.largest_picture;
const MOST_PIXELS = 4_000_000;
const MOST_SIDE = 4_000;
const LARGEST_FILE = 40_000_000; // bytes that are read here to make them smaller
const SIDE = 1_000; // pixels of one made smaller; the server would shrink it to that before it looks
/** How one made smaller is written: the first way that is short enough. Only a PNG is transparent. */
const WAYS = /** @type {const} */ ([["image/png", 1], ["image/jpeg", 0.92], ["image/jpeg", 0.5]]);
const FILES = "Files"; // what a browser says that is dragged, if it is files

/** Bytes in base64. */
export function inBase64(/** @type {Uint8Array} */ bytes) {
  let characters = "";
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return btoa(characters);
}

/** Why a file is not even read; null if it is. */
export function problemOf(/** @type {Pick<File, "name" | "size">} */ { name, size }) {
  if (size <= LARGEST_FILE) return null;
  return `“${name}” has ${count(size)} bytes; a picture may have ${count(LARGEST_FILE)} at most. Make it smaller, or crop it to the digit.`;
}

/**
 * The width and height that a picture is scaled to; null if it can go as it is, which is read exactly.
 * @param {{ width: number, height: number }} picture in pixels
 * @param {number} bytes of its file
 * @returns {[number, number] | null}
 */
export function scaledTo({ width, height }, bytes) {
  const longest = Math.max(width, height);
  if (bytes <= MOST && width * height <= MOST_PIXELS && longest <= MOST_SIDE) return null;
  const scale = Math.min(1, SIDE / longest);
  return [Math.max(1, Math.round(scale * width)), Math.max(1, Math.round(scale * height))];
}

/**
 * What is sent of a file: itself, or the picture made smaller if it is too large.
 * @param {File} file
 * @returns {Promise<Blob | null>} null if it is too large, and no picture that this browser can read
 */
async function fitting(file) {
  // Upright, as the file says; of a film, the first frame.
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return file.size <= MOST ? file : null; // the server says what is wrong with it
  const size = scaledTo(picture, file.size);
  const made = size ? await redrawn(picture, ...size) : file;
  picture.close();
  return made;
}

/** A picture as a file that is short enough. @param {ImageBitmap} picture @param {number} width @param {number} height */
async function redrawn(picture, width, height) {
  const canvas = Object.assign(create("canvas"), { width, height });
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high"; // or thin strokes would break up
  context.drawImage(picture, 0, 0, width, height);
  for (const [type, quality] of WAYS) {
    /** @type {Blob | null} */
    const file = await new Promise((done) => canvas.toBlob(done, type, quality));
    if (file && file.size <= MOST) return file;
  }
  return null;
}

/**
 * Let pictures come in.
 * @param {HTMLElement} root the stage's
 * @param {Service["picture"]} ask
 * @param {(pixels: string) => void} show the 784 bytes of a picture, in base64
 * @param {(sentence: string | null) => void} say what is wrong with one; null that nothing is
 */
export function bring(root, ask, show, say) {
  let latest = 0;

  async function open(/** @type {File} */ file) {
    const number = ++latest;
    find(document, "#attack-button").click(); // what is said, and what is shown, is there
    const problem = problemOf(file);
    say(problem);
    if (problem) return;
    try {
      const sent = await fitting(file);
      if (number !== latest) return; // another one came meanwhile
      if (!sent) return say(`“${file.name}” has ${count(file.size)} bytes, and this browser cannot read it to make it smaller. Save it as a JPEG, or crop it to the digit.`);
      const picture = inBase64(new Uint8Array(await sent.arrayBuffer()));
      const answer = await whenFree(() => ask({ picture }));
      if (number !== latest) return;
      const refusal = refusalOf(answer);
      if (refusal !== null) return say(refusal);
      show(inBase64(await unpack(/** @type {Picture} */ (answer).frame)));
    } catch (error) {
      console.warn("The picture could not be read:", error);
      if (number === latest) say(`“${file.name}” could not be read. ${SAID.silent}. What you see keeps working.`);
    }
  }

  /** Open a picture; other files are for others. */
  function take(/** @type {File} */ file) {
    if (file.type.startsWith("image/")) open(file);
    else document.dispatchEvent(new CustomEvent("fgsm-file", { detail: { file } }));
  }

  const input = find(root, ".picture-file", HTMLInputElement);
  find(root, ".open-picture").onclick = () => input.click();
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    input.value = ""; // so that the same one can be chosen again
    if (file) open(file);
  });
  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!file || !isOurs(event)) return; // text is for whoever has the focus
    event.preventDefault();
    open(file);
  });
  letDrop(take);
}

/** Let files be dropped anywhere on the page, and say so while one is dragged over it. */
function letDrop(/** @type {(file: File) => void} */ take) {
  const hint = create("p", "drop-hint", "Drop it here: a picture of one digit, or a story.");
  hint.hidden = true;
  find(document, ".gradio-container").append(hint);
  const carriesFiles = (/** @type {DragEvent} */ event) =>
    isOurs(event) && (event.dataTransfer?.types.includes(FILES) ?? false);
  document.addEventListener("dragover", (event) => {
    hint.hidden = !carriesFiles(event);
    if (!hint.hidden) event.preventDefault(); // or the browser would leave the page and open the file
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) hint.hidden = true; // it left the window
  });
  document.addEventListener("drop", (event) => {
    hint.hidden = true;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  });
}
