// @ts-check
// QR codes: asked for once per link, and drawn as one path.

import { catalogue } from "./catalogue.js";
import { isForOthers } from "./host.js";
import { refusalOf, whenFree } from "./waiting.js";

/** @typedef {import("../contract").Code} Code */
/** @typedef {import("../contract").Service["qr"]} Ask */

/** Whether a link has a code: others can follow it, and it is short enough for a phone to read it. */
export const hasCode = (/** @type {string} */ link) => isForOthers(link) && link.length <= catalogue.longest_link;

/** How many modules around a code must be light, or phones do not find it. */
export const QUIET = 4;

/**
 * The dark modules as the path of an SVG, one unit each; the first one's corner is at 0 0.
 * @param {string[]} rows of 0 and 1
 */
export function qrPath(rows) {
  return rows.map((row, y) => [...row.matchAll(/1+/g)]
    .map(({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`).join("")).join("");
}

/** @type {Map<string, Promise<string[]>>} By their links. */
const known = new Map();

/**
 * The rows of a link's code; an error if the server is gone or refuses, and then it may be asked again.
 * @param {string} link
 * @param {Ask} ask
 * @returns {Promise<string[]>}
 */
export function qrOf(link, ask) {
  const found = known.get(link);
  if (found) return found;
  const rows = whenFree(() => ask({ link })).then((answer) => {
    const refusal = refusalOf(answer);
    if (refusal !== null) throw new Error(refusal);
    return /** @type {Code} */ (answer).rows;
  });
  known.set(link, rows);
  rows.catch(() => known.delete(link));
  return rows;
}
