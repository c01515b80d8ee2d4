// @ts-check
// Pictures that come in: chosen as a file, pasted, or dropped on the page. The server reads them; what
// comes back is 28 x 28 pixels, which the page keeps.

import { catalogue } from "../shared/catalogue.js";
import { create, find } from "../shared/dom.js";
import { unpack } from "../shared/frames.js";
import { isOurs } from "../shared/host.js";
import { SAID } from "../shared/server.js";
import { refusalOf, whenFree } from "../shared/waiting.js";
import { count } from "../shared/words.js";

/** @typedef {import("../contract").Picture} Picture */
/** @typedef {import("../contract").Service} Service */

const MOST = catalogue.largest_picture; // bytes; the server takes no more either
const FILES = "Files"; // what a browser says that is dragged, if it is files

/** Bytes in base64. */
export function inBase64(/** @type {Uint8Array} */ bytes) {
  let characters = "";
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return btoa(characters);
}

/** Why a file is not even sent; null if it is. */
export function problemOf(/** @type {Pick<File, "name" | "size">} */ { name, size }) {
  if (size <= MOST) return null;
  return `“${name}” has ${count(size)} bytes; a picture may have ${count(MOST)} at most. Make it smaller, or crop it to the digit.`;
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
      const picture = inBase64(new Uint8Array(await file.arrayBuffer()));
      const answer = await whenFree(() => ask({ picture }));
      if (number !== latest) return; // another one came meanwhile
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
