import assert from "node:assert/strict";
import { test } from "node:test";

import { catalogue } from "../../fgsm/ui/shared/catalogue.js";
import { onGrid, packedPixels, packedStrokes, unpackedPixels, unpackedStrokes } from "../../fgsm/ui/shared/packing.js";
import { FIRST, HIDEABLE, NAMES, read, readLink, written, writtenModes } from "../../fgsm/ui/shared/state.js";
import { KEYS } from "../../fgsm/ui/shared/words.js";

/** Numbers that look random, and are the same each time. */
function chance(seed) {
  let state = ((seed + 1) * 2654435761) % 2 ** 32;
  return (below) => {
    state = (1664525 * state + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}
const pixelsOf = (bytes) => btoa(String.fromCharCode(...bytes));

/** A state of which every property may be another than the first one's. */
function stateOf(seed) {
  const any = chance(seed);
  const one = (choices) => choices[any(choices.length)];
  const maybe = (value) => (any(2) ? value : null);
  const { key: source, size } = one(catalogue.sources);
  const isDrawing = source === KEYS.DRAWING;
  const isImage = source === KEYS.IMAGE;
  const attack = one(catalogue.attacks.filter(({ offered }) => offered.includes("stage")));
  const point = () => onGrid([any(700) / 500 - 0.2, any(700) / 500 - 0.2]);
  const level = () => one([0, 0, 0, any(256)]);
  return {
    source,
    index: isDrawing || isImage ? 0 : any(size),
    strokes: isDrawing ? Array.from({ length: 1 + any(4) }, () => Array.from({ length: 1 + any(300) }, point)) : null,
    pixels: isImage ? pixelsOf(Array.from({ length: 784 }, any(2) ? level : () => any(256))) : null,
    label: isDrawing || isImage ? maybe(any(10)) : null,
    k: any(catalogue.epsilons.length),
    attack: attack.key,
    target: attack.needs_target ? maybe(any(10)) : null,
    ray: attack.key === KEYS.RAY ? maybe([(any(40) - 20) / 100, (1 + any(20)) / 100]) : null,
    model: one(catalogue.models).key,
    twin: any(2) === 1,
    view: one(["direction", "change"]),
    pad: any(2) === 1,
    tab: one(["attack", "test-set", "how"]),
    figure: maybe(one(catalogue.figures)),
    reach: one(catalogue.reaches),
  };
}
const STATES = Array.from({ length: 300 }, (_, seed) => stateOf(seed));

test("300 random states, there and back", () => {
  for (const state of STATES) assert.deepEqual(read(written(state)), state, written(state));
});

test("a link is written alike from what was read from it, and needs no escapes", () => {
  for (const state of STATES) {
    const text = written(state);
    assert.equal(written(read(text)), text);
    assert.match(text, /^[\w.,=&-]+$/);
    assert.equal(new URL(`http://host/#${text}`).hash, `#${text}`);
  }
});

test("every property was another than the first one's", () => {
  for (const name of Object.keys(FIRST))
    assert.ok(STATES.some((state) => JSON.stringify(state[name]) !== JSON.stringify(FIRST[name])), name);
  for (const name of NAMES)
    assert.ok(STATES.some((state) => new URLSearchParams(written(state)).has(name)), name);
});

test("a link is short and readable", () => {
  assert.equal(written(FIRST), "d=403&e=0.12&a=fgsm&m=lenet");
  assert.equal(written({ ...FIRST, source: "test", index: 7, k: 25, twin: true, tab: "how", figure: "church_window" }),
    "d=test-7&e=0.125&a=fgsm&m=lenet&twin=1&tab=how&figure=church_window");
});

test("what a link leaves out is as on the first page", () => {
  assert.deepEqual(read(""), FIRST);
  assert.deepEqual(read("d=7"), { ...FIRST, index: 7 });
  assert.deepEqual(read("e=0.2"), { ...FIRST, k: 40 });
  assert.deepEqual(read("e=.2011"), { ...FIRST, k: 40 }); // the nearest of the grid
});

test("the query counts too, and the hash counts more; names of others in a query are theirs", () => {
  const { state, modes } = readLink("#e=0.2", "?e=0.1&d=5&present&__theme=dark&utm_source=x&constructor=1");
  assert.deepEqual(state, { ...FIRST, index: 5, k: 40 });
  assert.deepEqual(modes, { present: true, embed: false, hide: [], tour: null, lang: null });
  assert.equal(readLink("", "?__theme=dark&present=0").state, null);
  assert.equal(readLink("", "?view=api").state, null); // Gradio's own
  assert.equal(readLink("", "?view=change").state.view, "change");
});

test("modes, there and back", () => {
  const all = { present: true, embed: true, hide: [...HIDEABLE], tour: "stories/my talk.json?x=1&y=2", lang: "de" };
  assert.deepEqual(readLink(writtenModes(all), "").modes, all);
  assert.equal(readLink("#tour", "").modes.tour, "tour");
  assert.equal(writtenModes(readLink("", "").modes), "");
});

test("every malformation has a sentence that names it", () => {
  const drawing = packedStrokes([[[0.5, 0.5], [0.25, 0.75]]]);
  for (const [hash, words] of [
    ["e=7", "e=7: it goes from 0 to 0.50"],
    ["e=-0.1", "e=-0.1: it goes"],
    ["e=NaN", "e=NaN: it goes"],
    ["e=1e-1", "e=1e-1: it goes"],
    ["e=", "e=: it goes"],
    ["e=0.1e", "it goes"],
    ["d=1000", "d=1000: its number must be from 0 to 999"],
    ["d=test-10000", "from 0 to 9999"],
    ["d=-1", "number must be"],
    ["d=4.5", "number must be"],
    ["d=", "number must be"],
    ["d=mars-5", "d=mars-5: it must be one of builtin, test"],
    ["d=drawing-", "not a drawing"],
    ["d=drawing-!!", "not a drawing"],
    [`d=drawing-${drawing.slice(0, -1)}`, "not a drawing"],
    [`d=drawing-${drawing}AAAA`, "not a drawing"],
    ["d=drawing-_____w", "not a drawing"], // numbers without end
    ["d=drawing-Af______8A", "not a drawing"], // far from the pad
    ["a=magic", "a=magic: it must be one of fgsm, targeted, "],
    ["a=pgd-40", "it must be one of"], // only on cards
    ["m=gpt", "m=gpt: it must be one of lenet, "],
    ["to=3", "the attack “fgsm” has no target"],
    ["a=targeted&to=12", "to=12: it must be a digit from 0 to 9"],
    ["a=targeted&to=x", "must be a digit"],
    ["ray=0.1,0.1", "only the attack “ray” has a ray"],
    ["a=ray&ray=0.1", "two numbers"],
    ["a=ray&ray=0.4,0.4", "two numbers"],
    ["a=ray&ray=0,0", "two numbers"],
    [`a=ray&ray=0.${"0".repeat(60)}1,0`, "0.001 at least"],
    ["a=ray&ray=a,b", "two numbers"],
    ["is=4", "only a drawing or a picture"],
    [`d=drawing-${drawing}&is=44`, "is=44: it must be a digit"],
    ["twin=yes", "twin=yes: it must be 1 or 0"],
    ["pad=2", "1 or 0"],
    ["view=upside", "view=upside: it must be one of direction, change"],
    ["tab=home", "it must be one of attack, test-set, how"],
    ["figure=9", "it must be one of directions, "],
    ["reach=0.15", "it must be one of 0.1, 0.2"],
    ["hide=everything", "it must be one of picker, "],
    ["present=maybe", "1 or 0"],
    ["section-3", "“section-3”, which this page does not know"],
    ["__proto__=1", "“__proto__”, which"],
    ["toString=1", "“toString”, which"],
    ["d=403&foo=1", "“foo”"],
    ["d=1&d=2", "d twice"],
    ["<script>alert(1)</script>", "does not know"],
    ["%", "does not know"],
    [`d=${"9".repeat(100_000)}`, "longer than"],
  ]) {
    const problem = assertThrows(() => readLink(`#${hash}`, ""));
    assert.ok(problem.includes(words), `${hash}: ${problem}`);
    assert.match(problem, /^This link .*\.$/s);
    assert.ok(problem.length < 220, problem);
  }
});

test("a picture is packed as runs, or as it is, whichever is shorter", () => {
  const blank = pixelsOf(new Array(784).fill(0));
  assert.ok(packedPixels(blank).length < 20);
  const noise = chance(1);
  const loud = pixelsOf(Array.from({ length: 784 }, () => noise(256)));
  assert.equal(packedPixels(loud).length, Math.ceil((785 * 4) / 3));
  for (const pixels of [blank, loud]) assert.equal(unpackedPixels(packedPixels(pixels)), pixels);
  for (const text of ["", "AA", "AQ", "AQEA", "AQAA", "Ag", "*"])
    assert.match(assertThrows(() => unpackedPixels(text)), /not a picture/);
});

test("a stroke of a hand takes about two letters and a half a point", () => {
  const stroke = Array.from({ length: 200 }, (_, i) => onGrid([0.5 + 0.3 * Math.sin(i / 30), 0.1 + 0.004 * i]));
  const text = packedStrokes([stroke]);
  assert.ok(text.length < 2.8 * stroke.length, String(text.length));
  assert.deepEqual(unpackedStrokes(text), [stroke]);
});

test("points are put on the grid, also far outside the pad", () => {
  assert.deepEqual(onGrid([0.50001, 0.25]), [0.5, 0.25]);
  assert.deepEqual(onGrid([-40, 1e9]), [-1, 2]);
});

function assertThrows(act) {
  try {
    act();
  } catch (error) {
    return error.message;
  }
  return assert.fail("nothing was wrong");
}
