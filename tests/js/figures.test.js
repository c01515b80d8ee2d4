import assert from "node:assert/strict";
import { test } from "node:test";

import { filmed } from "../../fgsm/ui/figures/animation.js";
import { captionOf, digitName, equation, fileName } from "../../fgsm/ui/figures/equation.js";
import { encodeGif, indexed } from "../../fgsm/ui/figures/gif.js";
import { greyPng } from "../../fgsm/ui/figures/png.js";
import { shortLink, svgOf } from "../../fgsm/ui/figures/sheet.js";
import { attributes, pixels, tspans } from "../../fgsm/ui/figures/svg.js";
import { colourOf, stretched } from "../../fgsm/ui/figures/traced.js";
import { EPSILONS, KEYS } from "../../fgsm/ui/shared/words.js";
import { points } from "../../fgsm/ui/stage/parts.js";

const GRID = EPSILONS.map((_, k) => k);
const PALETTE = {
  ground: "white", text: "black", quiet: "gray", line: "silver", adversarial: "#b91c1c", safe: "green", plus: "red", zero: "gray",
  changes: new Uint32Array(256).fill(0xff0000ff),
};
const predictions = GRID.map((k) => (k < 20 ? 4 : 9));
const STAGE = {
  model: KEYS.LENET, attack: KEYS.FGSM, label: 4, target: null, ks: GRID, predictions,
  digit: { source: KEYS.BUILTIN, frame: "", label: 4, named: true },
  probabilities: predictions.map((read) => Array.from({ length: 10 }, (_, digit) => (digit === read ? 0.91 : 0.01))),
  clean: new Uint8Array(784), frames: new Uint8Array(784 * 101).fill(7), changes: new Uint8Array(784 * 101), direction: new Uint8Array(784),
  ...points({ ks: GRID, label: 4, target: null, predictions }),
};

test("text and attributes are written as XML writes them", () => {
  assert.equal(attributes({ x: 1.23456, none: null, title: '<a "b" & c>' }), ' x="1.23" title="&lt;a &quot;b&quot; &amp; c&gt;"');
});

test("pixels are boxes, one path for each colour, and do not run over the end of a row", () => {
  assert.equal(
    pixels(["#000", "#000", "#000", "#fff", null, "#fff"], 3, 30, 20),
    '<g transform="scale(10 10)" shape-rendering="crispEdges"><path fill="#000" d="M0 0h3v1h-3z"/>' +
      '<path fill="#fff" d="M0 1h1v1h-1zM2 1h1v1h-1z"/></g>',
  );
});

test("a formula keeps its letters' slant, and its line", () => {
  assert.equal(
    tspans("−<i>ε</i> × ∇<sub><i>x</i></sub><i>J</i>", 20).replaceAll(' xml:space="preserve"', ""),
    '<tspan>−</tspan><tspan font-style="italic">ε</tspan><tspan> × ∇</tspan>' +
      '<tspan font-size="70%" font-style="italic" dy="5">x</tspan><tspan font-style="italic" dy="-5">J</tspan>',
  );
});

test("a chart's path fills its box", () => {
  assert.equal(stretched("M0 12H100", 5, 2, 10, 20), "M10 44H510");
  assert.equal(stretched("M1.50 2.00L3.00 4.00L5 6V0h0", 2, 3, 0, 1), "M3 7L6 13L10 19V1h0");
});

test("computed colours as SVG writes them", () => {
  assert.deepEqual(colourOf("rgb(1, 2, 255)")?.fill, { fill: "#0102ff", "fill-opacity": null });
  assert.deepEqual(colourOf("rgba(0, 0, 0, 0.25)")?.stroke, { fill: "none", stroke: "#000000", "stroke-opacity": 0.25 });
  assert.deepEqual(colourOf("color(srgb 1 0.5 0 / 0.5)")?.fill, { fill: "#ff8000", "fill-opacity": 0.5 });
  for (const none of ["rgba(1, 2, 3, 0)", "none", "transparent"]) assert.equal(colourOf(none), null);
});

test("a sheet is whole in itself: nothing foreign, nothing loaded, nothing run", () => {
  const link = 'http://a/#d=403&e=0.12"><script>';
  const body = equation(STAGE, 24, "direction", PALETTE);
  const svg = svgOf({ title: "A <b>", body, caption: "c", link, code: ["11", "01"] }, PALETTE);
  assert.doesNotMatch(svg, /<script|<style|foreignObject|href|url\(|@import|<image|NaN|undefined/);
  assert.match(svg, /A &lt;b&gt;/);
  assert.match(svg, /Fooled: 4 → 9/);
  assert.match(svg, /breaks at ε\* = 0\.10/);
  assert.match(svg, /d="M0 0h2v1h-2zM1 1h1v1h-1z"/);
  const without = svgOf({ title: "A", body, caption: "c", link, code: null }, PALETTE);
  assert.doesNotMatch(without, /fill="#ffffff"/);
  assert.equal(shortLink(`http://a/#d=image-${"A".repeat(1000)}&e=0.12`).length, 81);
});

test("names and captions say what is shown", () => {
  assert.equal(fileName(STAGE, 24, 403), "fgsm-403-lenet-fgsm-0.12");
  const digit = (source, named) => ({ ...STAGE, digit: { ...STAGE.digit, source, named } });
  assert.equal(fileName(digit(KEYS.MNIST_TEST, true), 0, 7), "fgsm-test-7-lenet-fgsm-0.00");
  assert.equal(fileName(digit(KEYS.DRAWING, false), 100, 0), "fgsm-drawing-lenet-fgsm-0.50");
  assert.equal(fileName({ ...STAGE, ks: [0, 20] }, 24, 403), "fgsm-403-lenet-fgsm-0.10"); // the rest is to come
  assert.equal(digitName(STAGE, 403), "a 4, number 403 of 1,000 built-in digits");
  assert.equal(digitName(digit(KEYS.IMAGE, false), 0), "a picture, read as 4");
  assert.equal(digitName(digit(KEYS.DRAWING, true), 0), "a drawing of a 4");
  assert.match(captionOf(STAGE, 24, 403), /^A 4, number 403 .*more than ε = 0\.12/);
});

test("the animation shows every other epsilon, and the one where it breaks", () => {
  assert.equal(filmed(null).length, 51);
  assert.deepEqual(filmed(23).slice(10, 15), [20, 22, 23, 24, 26]);
  assert.equal(filmed(20).length, 51);
});

test("a palette has all colours if they are few, and rounds them if they are many", () => {
  const few = indexed([Uint32Array.of(0xff030201, 0xff000000), Uint32Array.of(0xff030201, 0xffffffff)]);
  assert.deepEqual(few.palette, [0x010203, 0, 0xffffff]);
  assert.deepEqual(few.frames.map((frame) => [...frame]), [[0, 1], [0, 2]]);
  const greys = Uint32Array.from({ length: 256 }, (_, level) => (0xff000000 + level * 0x010101) >>> 0);
  const many = indexed([greys]);
  assert.ok(many.palette.length <= 255 && many.palette.length > 100);
  many.frames[0].forEach((index, level) => assert.ok(Math.abs((many.palette[index] & 255) - level) <= 1));
  assert.throws(() => encodeGif({ width: 1, height: 1, palette: Array(256).fill(0), frames: [], delays: [] }), /255 colours/);
});

test("a PNG of grey levels has its signature and its end", async () => {
  const bytes = new Uint8Array(await (await greyPng(new Uint8Array(784))).arrayBuffer());
  assert.deepEqual([...bytes.slice(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  assert.deepEqual([...bytes.slice(-12)], [0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130]);
});
