// @ts-check
// What is on the page as a drawing: boxes, words, canvases and the curves of charts, each where the
// browser has laid it out. So what is saved is what is seen, and no chart is written twice.

import { contextOf } from "../shared/frames.js";
import { FONTS, attributes, escaped, moved, pixels, short } from "./svg.js";

/** @typedef {import("./svg.js").Body} Body */
/** @typedef {{ left: number, top: number }} Corner of the page, in CSS pixels */

/** @type {Record<string, [number, number]>} Dash and gap of a border, in its widths. */
const BORDERS = { dashed: [2, 1], dotted: [0.01, 2] };

/**
 * Draw elements, one below the other, as if each were that wide.
 * @param {{ element: HTMLElement, width: number, height?: number, without?: string }[]} parts
 *   `without` is a selector of what is left away
 * @param {number} gap between them
 * @returns {Body}
 */
export function traced(parts, gap = 0) {
  let [svg, width, height] = ["", 0, 0];
  for (const { element, without, ...size } of parts) {
    const all = [element, .../** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll(without ?? ":not(*)"))];
    const before = all.map(({ style }) => style.cssText);
    for (const each of all.slice(1)) each.style.display = "none";
    Object.assign(element.style, { width: `${size.width}px`, maxWidth: "none", flex: "none" });
    if (size.height) element.style.height = `${size.height}px`;
    const box = element.getBoundingClientRect();
    svg += moved(0, height, drawing(element, box));
    all.forEach((each, i) => { each.style.cssText = before[i]; });
    width = Math.max(width, size.width);
    height += box.height + gap;
  }
  return { svg, width, height: height - gap };
}

/** @param {Element} element @param {Corner} corner @returns {string} */
function drawing(element, corner) {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden" || style.clipPath !== "none") return "";
  const box = element.getBoundingClientRect();
  const [x, y] = [box.left - corner.left, box.top - corner.top];
  let svg = boxOf(style, x, y, box.width, box.height) + swatch(element, box, x, y);
  if (element instanceof SVGSVGElement) svg += curves(element, x, y, box);
  else if (element instanceof HTMLCanvasElement) svg += moved(x, y, canvas(element, box));
  else
    for (const child of element.childNodes)
      if (child instanceof Element) svg += drawing(child, corner);
      else if (child instanceof Text) svg += words(child, style, corner);
  return svg && style.opacity !== "1" ? `<g opacity="${style.opacity}">${svg}</g>` : svg;
}

// ---- boxes ----

/**
 * The ground and the borders of a box.
 * @param {CSSStyleDeclaration} style
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 */
function boxOf(style, x, y, width, height) {
  const ground = colourOf(style.backgroundColor);
  const round = Math.min(parseFloat(style.borderTopLeftRadius) * (style.borderTopLeftRadius.endsWith("%") ? width / 100 : 1), width / 2) || 0;
  const fill = ground && width && height
    ? `<rect${attributes({ x, y, width, height, rx: round || null, ...ground.fill })}/>` : "";
  const sides = /** @type {const} */ (["Top", "Right", "Bottom", "Left"]).map((side) => {
    const [thick, colour] = [parseFloat(style[`border${side}Width`]), colourOf(style[`border${side}Color`])];
    const kind = style[`border${side}Style`];
    if (!thick || !colour || kind === "none") return "";
    const half = thick / 2;
    const [left, right, top, bottom] = [x + half, x + width - half, y + half, y + height - half];
    const line = { Top: [x, top, x + width, top], Bottom: [x, bottom, x + width, bottom], Left: [left, y, left, y + height], Right: [right, y, right, y + height] }[side];
    const dash = BORDERS[kind]?.map((part) => short(part * thick)).join(" ") ?? null;
    const path = `M${short(line[0])} ${short(line[1])}L${short(line[2])} ${short(line[3])}`;
    const cap = kind in BORDERS && BORDERS[kind][0] < 1 ? "round" : null;
    return `<path${attributes({ d: path, ...colour.stroke, "stroke-width": thick, "stroke-dasharray": dash, "stroke-linecap": cap })}/>`;
  });
  return fill + sides.join("");
}

/**
 * The box that a style sheet puts before an element's text: a swatch, or a knob.
 * @param {Element} element
 * @param {DOMRect} box
 * @param {number} x
 * @param {number} y
 */
function swatch(element, box, x, y) {
  const style = getComputedStyle(element, "::before");
  if (style.content !== '""' || style.display === "none") return "";
  const sized = (/** @type {string} */ value) => parseFloat(value) || 0;
  const isBorderBox = style.boxSizing === "border-box";
  const width = sized(style.width) + (isBorderBox ? 0 : sized(style.borderLeftWidth) + sized(style.borderRightWidth));
  const height = Math.max(sized(style.height), sized(style.borderTopWidth) + sized(style.borderBottomWidth));
  if (style.position === "absolute") {
    const own = getComputedStyle(element);
    return boxOf(style, x + sized(own.borderLeftWidth) + sized(style.left), y + sized(own.borderTopWidth) + sized(style.top), width, height);
  }
  return boxOf(style, x + sized(style.marginLeft), y + (box.height - height) / 2, width, height);
}

/**
 * A computed colour for SVG, as a fill and as a stroke; null for none.
 * @param {string} text such as rgb(1, 2, 3), rgba(1, 2, 3, 0.5) or color(srgb 0.1 0.2 0.3)
 */
export function colourOf(text) {
  const numbers = (text.match(/-?[\d.]+(e-?\d+)?/g) ?? []).map(Number);
  const factor = text.startsWith("color(") ? 255 : 1;
  const [red, green, blue, alpha = 1] = numbers;
  if (numbers.length < 3 || alpha === 0) return null;
  const hex = [red, green, blue].map((part) => Math.round(part * factor).toString(16).padStart(2, "0"));
  const [colour, opacity] = [`#${hex.join("")}`, alpha === 1 ? null : alpha];
  return {
    fill: { fill: colour, "fill-opacity": opacity },
    stroke: { fill: "none", stroke: colour, "stroke-opacity": opacity },
  };
}

// ---- words ----

/** @param {Text} node @param {CSSStyleDeclaration} style of its element @param {Corner} corner */
function words(node, style, corner) {
  const colour = colourOf(style.color);
  if (!colour || !node.data.trim()) return "";
  const { fontStyle, fontWeight, fontSize, fontFamily } = style;
  const pen = contextOf(document.createElement("canvas"));
  pen.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = pen.measureText("x");
  // Alone in its box it stays in the middle, should another system's letters be narrower.
  const isAlone = style.display !== "inline" && node.parentElement?.childNodes.length === 1;
  return linesOf(node).map(({ text, left, right, top, height }) => {
    const baseline = top + (height - ascent - descent) / 2 + ascent - corner.top;
    return `<text${attributes({
      x: (isAlone ? (left + right) / 2 : left) - corner.left,
      y: baseline,
      "text-anchor": isAlone ? "middle" : null,
      "font-family": FONTS,
      "font-size": parseFloat(fontSize),
      "font-weight": fontWeight === "400" ? null : fontWeight,
      "font-style": fontStyle === "normal" ? null : fontStyle,
      ...colour.fill,
    })}>${escaped(text)}</text>`;
  }).join("");
}

/** The lines that a text was broken into, word by word. */
function linesOf(/** @type {Text} */ node) {
  /** @type {{ text: string, left: number, right: number, top: number, height: number }[]} */
  const lines = [];
  const range = document.createRange();
  for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const { left, right, top, height } = range.getBoundingClientRect();
    const line = lines.at(-1);
    if (line && Math.abs(line.top - top) < height / 2) Object.assign(line, { text: `${line.text} ${word}`, right });
    else if (height) lines.push({ text: word, left, right, top, height });
  }
  return lines;
}

// ---- canvases and charts ----

/** @param {HTMLCanvasElement} element @param {DOMRect} box */
function canvas(element, { width, height }) {
  const { data } = contextOf(element).getImageData(0, 0, element.width, element.height);
  const under = groundOf(element);
  const colours = Array.from({ length: data.length / 4 }, (_, i) => {
    const alpha = data[4 * i + 3] / 255;
    // Mixed here, as renderers differ in how they show boxes that are half transparent side by side.
    const parts = under.map((part, channel) => Math.round(part + alpha * (data[4 * i + channel] - part)));
    return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  });
  return pixels(colours, element.width, width, height);
}

/** Red, green and blue of the page's ground, in whatever way the style sheet writes it. */
function groundOf(/** @type {HTMLElement} */ element) {
  const pen = contextOf(document.createElement("canvas"));
  pen.fillStyle = getComputedStyle(element).getPropertyValue("--body-background-fill");
  const ground = String(pen.fillStyle); // such as #0f0f11
  return [1, 3, 5].map((at) => parseInt(ground.slice(at, at + 2), 16));
}

/** @param {SVGSVGElement} element of a `LineChart` @param {number} x @param {number} y @param {DOMRect} box */
function curves(element, x, y, { width, height }) {
  const { viewBox } = element;
  const { width: wide, height: high } = viewBox.baseVal;
  return [...element.querySelectorAll("path")].map((path) => {
    const style = getComputedStyle(path);
    const colour = colourOf(style.stroke);
    if (!colour || style.display === "none") return "";
    const has = (/** @type {string} */ value, /** @type {string} */ usual) => (value === usual ? null : value);
    return `<path${attributes({
      d: stretched(path.getAttribute("d") ?? "", width / wide, height / high, x, y),
      ...colour.stroke,
      "stroke-width": parseFloat(style.strokeWidth),
      "stroke-dasharray": has(style.strokeDasharray.replaceAll("px", "").replaceAll(",", ""), "none"),
      "stroke-linecap": has(style.strokeLinecap, "butt"),
      "stroke-linejoin": has(style.strokeLinejoin, "miter"),
      opacity: has(style.opacity, "1"),
    })}/>`;
  }).join("");
}

/**
 * A path stretched to fill its box; what is drawn along it is not.
 * @param {string} path of the commands M, L, H, V and h
 * @param {number} across how much longer it becomes; likewise `down`
 * @param {number} down
 * @param {number} x where its corner is then
 * @param {number} y
 */
export function stretched(path, across, down, x, y) {
  const place = { right: (/** @type {string} */ at) => short(Number(at) * across + x), down: (/** @type {string} */ at) => short(Number(at) * down + y) };
  return path.replaceAll(/([MLHVh])\s*(-?[\d.]+)(?:[ ,]+(-?[\d.]+))?/g, (_, command, first, second) => {
    if (command === "H") return `H${place.right(first)}`;
    if (command === "V") return `V${place.down(first)}`;
    if (command === "h") return `h${short(Number(first) * across)}`;
    return `${command}${place.right(first)} ${place.down(second)}`;
  });
}
