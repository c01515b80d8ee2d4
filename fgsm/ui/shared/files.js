// @ts-check
// Files that the page gives away.

import { create } from "./dom.js";

/** Save a file where the browser keeps what is downloaded. @param {Blob} content @param {string} name */
export function saveFile(content, name) {
  const link = create("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
