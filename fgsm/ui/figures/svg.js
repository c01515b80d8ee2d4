// @ts-check
// Pieces of SVG, as text.

/** @typedef {{ svg: string, width: number, height: number }} Body a drawing whose corner is at 0 0 */

/** Families that every system has; nothing is loaded. */
export const FONTS = "system-ui, sans-serif";

/** @type {Record<string, string>} */
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as XML writes it. */
export const escaped = (/** @type {string} */ text) => text.replace(/[&<>"]/g, (character) => ESCAPES[character]);

/** A number, no longer than it need be. */
export const short = (/** @type {number} */ value) => String(Number(value.toFixed(2)));

/** Attributes of an element; those that are null are left out. */
export function attributes(/** @type {Record<string, string | number | null>} */ all) {
  return Object.entries(all)
    .flatMap(([name, value]) => {
      if (value === null) return [];
      return ` ${name}="${typeof value === "number" ? short(value) : escaped(value)}"`;
    })
    .join("");
}

/** @param {number} x @param {number} y @param {string} body */
export const moved = (x, y, body) => `<g transform="translate(${short(x)} ${short(y)})">${body}</g>`;

/**
 * Pixels as boxes that stay sharp at any size, one path for each colour.
 * @param {(string | null)[]} colours row by row, as SVG writes them; null for none
 * @param {number} columns
 * @param {number} width of the drawing; likewise `height`
 */
export function pixels(colours, columns, width, height = width) {
  /** @type {Map<string, string>} */
  const paths = new Map();
  for (let start = 0, end; start < colours.length; start = end) {
    const [colour, column] = [colours[start], start % columns];
    end = start + 1;
    while (end % columns && colours[end] === colour) end++;
    if (colour === null) continue;
    const run = `M${column} ${Math.floor(start / columns)}h${end - start}v1h${start - end}z`;
    paths.set(colour, (paths.get(colour) ?? "") + run);
  }
  const scale = `scale(${width / columns} ${height * columns / colours.length})`;
  const all = [...paths].map(([colour, path]) => `<path fill="${colour}" d="${path}"/>`);
  return `<g transform="${scale}" shape-rendering="crispEdges">${all.join("")}</g>`;
}

/** What `tspans` makes of the tags of a formula. @type {Record<string, string>} */
const TAGS = { i: ' font-style="italic"', b: ' font-weight="700"', sub: ' font-size="70%"', sup: ' font-size="70%"' };
const SHIFTS = { sub: 0.25, sup: -0.35 }; // of the font size, downwards

/**
 * A formula of ours, in HTML, as the inside of a `text`.
 * @param {string} html with the tags i, b, sub and sup
 * @param {number} size of the font
 */
export function tspans(html, size) {
  /** @type {string[]} */
  const open = [];
  let [back, all] = [0, ""];
  for (const [, slash, tag, text] of html.matchAll(/<(\/?)(\w+)>|([^<]+)/g)) {
    if (tag && slash) open.pop();
    else if (tag) open.push(tag);
    if (!text) continue;
    const shift = open.reduce((sum, each) => sum + (SHIFTS[/** @type {"sub"} */ (each)] ?? 0), 0) * size;
    const dy = shift === back ? "" : ` dy="${short(shift - back)}"`;
    back = shift;
    const plain = text.replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
    // Or else some programs drop the spaces beside a tag.
    all += `<tspan xml:space="preserve"${open.map((each) => TAGS[each] ?? "").join("")}${dy}>${escaped(plain)}</tspan>`;
  }
  return all;
}
