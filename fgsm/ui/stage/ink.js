// @ts-check
// What strokes look like, on the pad and in the picture that is sent.

import { clamp } from "../shared/dom.js";

/** @typedef {import("../shared/packing.js").Point} Point x to the right, y downwards; the pad is 1 wide and high */

const SENT = 112; // pixels per side, four times MNIST's: enough for the centring done by `to_mnist`

export const BRUSH = 0.085; // of the pad's side: about 12 % of a digit drawn large, as in MNIST
const SENT_BRUSH = 0.1; // of the longer side of the ink
const SENT_INK = 0.9; // of the sent picture's side: the longer side of the ink
const DOT = BRUSH / 2; // no longer than that, a stroke is meant as a dot, or not meant at all

/**
 * Paint a line through the points, with round ends.
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context in units of the pad
 * @param {Point[]} points
 * @param {number} brush
 */
export function paint(context, points, brush) {
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = brush;
  context.strokeStyle = "white";
  context.beginPath();
  context.moveTo(...points[0]);
  for (const point of points) context.lineTo(...point);
  // A hair further: nothing is painted of a line without length, not even its round ends.
  const [x, y] = points[points.length - 1];
  context.lineTo(x + 1e-5, y);
  context.stroke();
}

/**
 * What is sent of a drawing: which strokes, with which brush, and which part of the pad.
 *
 * A small drawing has strokes that are thick for its size, far thicker than MNIST's. So whatever
 * its size it is drawn anew, with a thinner brush, and enlarged until it fills the picture.
 * @param {Point[][]} strokes at least one
 */
export function sent(strokes) {
  const lines = strokes.filter((stroke) => boxOf([stroke]).side > DOT);
  const meant = lines.length ? lines : strokes;
  const { side, x, y } = boxOf(meant);
  const brush = side > DOT ? (side * SENT_BRUSH) / (1 - SENT_BRUSH) : BRUSH;
  return { strokes: meant, brush, x, y, side: (side + brush) / SENT_INK };
}

/** @type {OffscreenCanvasRenderingContext2D | null} */
let small = null;

/** A drawing as it is sent: base64 of SENT x SENT bytes. */
export function pixelsOf(/** @type {Point[][]} */ drawing) {
  small ??= new OffscreenCanvas(SENT, SENT).getContext("2d", { willReadFrequently: true });
  if (!small) throw new Error("this browser cannot draw");
  const context = small;
  const { strokes, brush, x, y, side } = sent(drawing);
  context.resetTransform();
  context.fillRect(0, 0, SENT, SENT);
  context.setTransform(SENT / side, 0, 0, SENT / side, SENT * (0.5 - x / side), SENT * (0.5 - y / side));
  context.save();
  context.beginPath();
  context.rect(-BRUSH / 2, -BRUSH / 2, 1 + BRUSH, 1 + BRUSH); // what is seen of the brush's middle
  context.clip();
  for (const stroke of strokes) paint(context, stroke, brush);
  context.restore();
  const { data } = context.getImageData(0, 0, SENT, SENT);
  let text = "";
  for (let i = 0; i < data.length; i += 4) text += String.fromCharCode(data[i]);
  return btoa(text);
}

/**
 * The middle and the longer side of the box around the points, as far as they can be seen.
 * @param {Point[][]} strokes
 */
function boxOf(strokes) {
  const sides = [0, 1].map((axis) => {
    let [low, high] = [Infinity, -Infinity];
    for (const stroke of strokes)
      for (const point of stroke) {
        const at = clamp(point[axis], -BRUSH / 2, 1 + BRUSH / 2);
        low = Math.min(low, at);
        high = Math.max(high, at);
      }
    return { middle: (low + high) / 2, length: high - low };
  });
  const [x, y] = sides.map((side) => side.middle);
  return { x, y, side: Math.max(...sides.map((side) => side.length)) };
}

/**
 * Whether a stroke leaves the pad, so that a part of it is not seen.
 * @param {Point[][]} strokes
 */
export function isCutOff(strokes) {
  return strokes.some((stroke) => stroke.some((point) => point.some((at) => at < 0 || at > 1)));
}
