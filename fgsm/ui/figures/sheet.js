// @ts-check
// A saved figure: title, body, one line of caption, the link and its QR code, as one SVG that needs
// nothing else.

import { QUIET, qrPath } from "../shared/qr.js";
import { FONTS, attributes, escaped, moved, short } from "./svg.js";

/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("./svg.js").Body} Body */

export const WIDTH = 1000;
export const MARGIN = 60;
export const ROOM = WIDTH - 2 * MARGIN; // for the body
const MOST_SCALE = 1.4;

/**
 * @typedef {object} Sheet
 * @property {string} title
 * @property {Body} body wider or narrower than `ROOM`: it is scaled to fit
 * @property {string} caption one line
 * @property {string} link to what is shown
 * @property {string[] | null} code the link's, as rows of modules; null leaves it away
 */

/** @param {Sheet} sheet @param {Palette} palette */
export function svgOf({ title, body, caption, link, code }, palette) {
  const scale = Math.min(ROOM / body.width, MOST_SCALE);
  const [top, left] = [104, (WIDTH - scale * body.width) / 2];
  const foot = top + scale * body.height + 44;
  const side = code ? Math.max(96, Math.min(180, 2 * (code.length + 2 * QUIET))) : 0;
  const height = Math.ceil(foot + Math.max(side - 20, 40) + 36);
  const room = ROOM - (side ? side + 24 : 0);
  const words = (/** @type {string} */ text, /** @type {number} */ y, /** @type {object} */ more, most = room) => {
    const { size, ...rest } = /** @type {{ size: number }} */ (more);
    const fitting = Math.min(size, most / (0.57 * text.length)); // of a wide typeface's mean letter
    return `<text${attributes({ x: MARGIN, y, "font-size": fitting, ...rest })}>${escaped(text)}</text>`;
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"` +
      ` font-family="${FONTS}" text-rendering="geometricPrecision" fill="${palette.text}">`,
    `<title>${escaped(title)}</title><desc>${escaped(`${caption} ${link}`)}</desc>`,
    `<rect width="${WIDTH}" height="${height}" fill="${palette.ground}"/>`,
    words(title, 66, { size: 30, "font-weight": 700 }, ROOM),
    `<g transform="translate(${short(left)} ${top}) scale(${short(scale)})">${body.svg}</g>`,
    words(caption, foot + 8, { size: 16 }),
    words(shortLink(link), foot + 32, { size: 14, fill: palette.quiet }),
    code ? moved(WIDTH - MARGIN - side, foot - 20, codeOf(code, side)) : "",
    "</svg>",
  ].join("\n");
}

/** A link in one line; the code has all of it. */
export const shortLink = (/** @type {string} */ link) =>
  link.length > 84 ? `${link.slice(0, 60)}…${link.slice(-20)}` : link;

/** Dark on white, whatever the sheet: so it is found by every phone. */
function codeOf(/** @type {string[]} */ rows, /** @type {number} */ side) {
  const modules = rows.length + 2 * QUIET;
  return `<g transform="scale(${side / modules})" shape-rendering="crispEdges">` +
    `<rect width="${modules}" height="${modules}" fill="#ffffff"/>` +
    `<path transform="translate(${QUIET} ${QUIET})" fill="#000000" d="${qrPath(rows)}"/></g>`;
}
