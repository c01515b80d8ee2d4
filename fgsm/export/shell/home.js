// @ts-check
// In place of `ui/shared/home.js`: where the page and its files are, beside the page or within it.

import { isForOthers } from "../../ui/shared/host.js";

/**
 * `home` is where others find the page, if anybody said so; `version` is in the addresses of its files.
 * @type {{ home: string | null, version: string | null }}
 */
const { home, version } = JSON.parse(document.querySelector("#fgsm-page")?.textContent ?? "");

/** The page's own address, or, of a file on a disk, the address where others find it. */
export const HOME = home !== null && !isForOthers(location.href) ? home : new URL(location.pathname, location.href).href;

/** @type {Map<string, string>} */
const known = new Map();

/** The address of a file that came with the page. @param {string} path such as "digits.png" */
export function fileAt(path) {
  let address = known.get(path);
  if (!address) {
    const within = elementOf(path);
    address = within ? URL.createObjectURL(new Blob([bytesOf(within)], { type: within.dataset.kind })) : new URL(`${path}?v=${version}`, location.href).href;
    known.set(path, address);
  }
  return address;
}

/** Open one of the page's files in a window of its own. @type {typeof import("../../ui/shared/home.js").openWindow} */
export function openWindow(path, name, features) {
  const within = elementOf(path);
  if (!within) return window.open(fileAt(path), name, features) !== null;
  // A window with an address of its own would be a stranger to a page that was opened from a disk.
  let opened = window.open("", name, features);
  if (opened && isStranger(opened)) {
    opened.close();
    opened = window.open("", name, features);
  }
  opened?.document.write(new TextDecoder().decode(bytesOf(within)));
  opened?.document.close();
  return opened !== null;
}

/** Whether this page may not look into a window that it opened: somebody reloaded it, and it is empty. */
function isStranger(/** @type {Window} */ opened) {
  try {
    return !opened.document;
  } catch {
    return true;
  }
}

/** The element that holds a file, if the page brings it within itself. @returns {HTMLElement | null} */
const elementOf = (/** @type {string} */ path) => document.querySelector(`script[data-file="${path}"]`);

/** What is in it, written in base64. */
const bytesOf = (/** @type {HTMLElement} */ element) =>
  Uint8Array.from(atob(element.textContent ?? ""), (character) => character.charCodeAt(0));
