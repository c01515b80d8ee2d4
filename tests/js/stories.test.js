import assert from "node:assert/strict";
import { test } from "node:test";

import { BUILT_IN } from "../../fgsm/ui/stories/built_in.js";
import { between, pastBreak, reached } from "../../fgsm/ui/stories/glide.js";
import { addressOf, builtIn } from "../../fgsm/ui/stories/library.js";
import { TARGETS, storyOf } from "../../fgsm/ui/stories/story.js";
import { actionOf } from "../../fgsm/ui/present/keys.js";
import { indexOf } from "../../fgsm/ui/shared/words.js";

const step = { title: "A four", state: "d=403&e=0" };
const textOf = (fields, ...steps) => JSON.stringify({ title: "Mine", steps: [step, ...steps], ...fields });
const messageOf = (text) => {
  try {
    storyOf(text);
  } catch (error) {
    return error.message;
  }
  return null;
};

test("the stories of the page are stories", () => {
  assert.deepEqual(Object.keys(BUILT_IN), ["talk", "tour"]);
  for (const name of Object.keys(BUILT_IN)) {
    const { steps } = builtIn(name);
    assert.ok(steps.length >= 6 && steps[0].state);
    for (const each of steps) assert.ok(each.text);
  }
  for (const { notes, title } of builtIn("talk").steps) assert.ok(notes && title.length <= 48); // large on a projector
});

test("what a step leaves out is as usual", () => {
  const [first, second, ...others] = storyOf(textOf({}, { title: "On", to: 0.2 }, { title: "Past", to: "break", seconds: 0 },
    { title: "Draw", state: "pad=1" }, { title: "All", state: "tab=test-set" }, { title: "Why", state: "tab=how" },
    { title: "Out", scene: "end", target: "chart" })).steps;
  assert.equal(first.state?.index, 403);
  assert.deepEqual([first.to, first.text, first.notes, first.scene, first.target], [null, "", "", "pictures", "equation"]);
  assert.deepEqual([second.state, second.to, second.seconds], [null, indexOf(0.2), 4]);
  assert.deepEqual(others.map(({ scene, target }) => [scene, target]), [
    ["pictures", "equation"], ["draw", "pad"], ["curve", "accuracy"], ["words", null], ["end", "chart"],
  ]);
  assert.equal(others[0].to, "break");
});

test("everything that is wrong with a story gets one sentence, which names the step and the field", () => {
  const wrong = [
    ["", "This story is no JSON"],
    ["[]", "The story is []"],
    ["null", "The story is null"],
    ['{"steps": [{"title": "x"}]}', "The story, “title”: it is missing"],
    [textOf({ steps: [] }), "The story, “steps”"],
    [textOf({ steps: Array(101).fill(step) }), "1 to 100 steps"],
    [textOf({ steps: { length: 1 } }), "The story, “steps”"],
    [textOf({ language: "<b>" }), "The story, “language”"],
    [textOf({ language: 7 }), "The story, “language”"],
    [textOf({ author: "me" }), 'The story, "author": there is no such field'],
    [`{"title": "x", "__proto__": {}, "steps": []}`, '"__proto__": there is no such field'],
    [textOf({}, 7), "Step 2 is 7"],
    [textOf({}, null), "Step 2 is null"],
    [textOf({}, {}), "Step 2, “title”: it is missing"],
    [textOf({}, { title: " " }), "Step 2, “title”"],
    [textOf({}, { title: "x".repeat(71) }), "Step 2, “title”: it has 71 characters"],
    [textOf({}, { title: "x", text: "x".repeat(601) }), "Step 2, “text”: it has 601 characters"],
    [textOf({}, { title: "x", notes: ["x"] }), "Step 2, “notes”: it is"],
    [textOf({}, { title: "x", state: { d: 403 } }), "Step 2, “state”: it is"],
    [textOf({}, { title: "x", state: "d=1000" }), "Step 2, “state”: This link says d=1000"],
    [textOf({}, { title: "x", state: "colour=red" }), "Step 2, “state”: This link has “colour”"],
    [textOf({}, { title: "x", to: 0.6 }), "Step 2, “to”: it is 0.6"],
    [textOf({}, { title: "x", to: "0.2" }), 'Step 2, “to”: it is "0.2"'],
    [textOf({}, { title: "x", seconds: -1 }), "Step 2, “seconds”: it is -1"],
    [textOf({}, { title: "x", seconds: 61 }), "Step 2, “seconds”"],
    [textOf({}, { title: "x", scene: "toString" }), "Step 2, “scene”"],
    [textOf({}, { title: "x", target: "script" }), "Step 2, “target”"],
    [textOf({}, { title: "x", target: "constructor" }), "Step 2, “target”"],
    [textOf({}, { title: "x", target: ".epsilon" }), 'Step 2, “target”: it is ".epsilon"'],
    [textOf({}, { title: "x", open: "#x" }), 'Step 2, "open": there is no such field'],
    [textOf({ title: "x".repeat(200_000) }), "A story has at most 200 KB"],
  ];
  for (const [text, words] of wrong) {
    const message = messageOf(text);
    assert.ok(message?.includes(words), `${text.slice(0, 80)}: ${message}`);
    assert.ok(message.endsWith(".") && message.length < 300 && !message.includes("\n"), message);
  }
  assert.equal(messageOf(textOf({})), null);
});

test("a story names what it points at, and gives no selector of its own", () => {
  for (const target of Object.keys(TARGETS)) assert.equal(messageOf(textOf({}, { title: "x", target })), null);
});

test("a story comes from the same host", () => {
  const page = "https://here.example:8443/space/?tour=x#d=4";
  assert.equal(addressOf("talks/mine.json", page).href, "https://here.example:8443/space/talks/mine.json");
  assert.equal(addressOf("/a.json", page).href, "https://here.example:8443/a.json");
  for (const other of ["https://other.example/a.json", "//other.example/a.json", "http://here.example:8443/a.json",
    "https://here.example/a.json", "data:text/json,{}", "blob:https://here.example:8443/1.2", "javascript:1.5", "file:///a.json",
    "https://here.example:8443@other.example/a.json", "\\\\other.example/a.json"])
    assert.throws(() => addressOf(other, page), /own host/, other);
  assert.throws(() => addressOf("nothing", page), /no story called “nothing”. There are talk, tour/);
  assert.throws(() => addressOf("constructor", page), /no story called/);
  assert.throws(() => addressOf("https://:/.", page), /no address/);
});

test("epsilon begins and ends where it should, and never goes back", () => {
  const places = Array.from({ length: 101 }, (_, i) => between(10, 40, i / 100));
  assert.deepEqual([places[0], places[50], places[100]], [10, 25, 40]);
  assert.ok(places.every((place, i) => i === 0 || place > places[i - 1]));
  assert.deepEqual([22.99, 23, 22.9999999].map(reached), [22, 23, 23]); // the picture changes at its mark
});

test("past the breaking point is past the last one, or at the end", () => {
  const past = (...points) => pastBreak(points.map((point) => ({ breaking_point: point })), indexOf);
  assert.equal(past(0.1), indexOf(0.12));
  assert.equal(past(0.1, 0.3), indexOf(0.32));
  assert.equal(past(0.495), indexOf(0.5));
  assert.equal(past(null), indexOf(0.5));
});

test("a clicker's keys step, whatever has the focus", () => {
  const press = (key, focused = null, more = {}) =>
    actionOf({ key, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, repeat: false, ...more }, focused);
  for (const focused of [null, "pad", "button"]) {
    assert.equal(press("PageDown", focused), "next");
    assert.equal(press("PageUp", focused), "back");
    assert.equal(press("Escape", focused), "leave");
  }
  for (const key of ["ArrowRight", "ArrowDown", " "]) assert.deepEqual([press(key), press(key, "pad")], ["next", null]);
  for (const key of ["ArrowLeft", "ArrowUp"]) assert.deepEqual([press(key), press(key, "pad")], ["back", null]);
  assert.deepEqual([press("Enter"), press("Enter", "pad"), press("Enter", "button"), press(" ", "button")], ["next", "next", null, null]);
  assert.equal(press(" ", null, { shiftKey: true }), "back");
  assert.deepEqual(["b", "B", "f", "q", "n", "d", "?", ".", "+", "-"].map((key) => press(key)),
    ["blank", "blank", "fullscreen", "qr", "speaker", "palette", "keys", "break", "more", "less"]);
  for (const key of ["r", "7", "Tab", "Shift", "constructor", "t"]) assert.equal(press(key), null);
  for (const held of ["altKey", "ctrlKey", "metaKey"]) assert.equal(press("f", null, { [held]: true }), null);
  assert.equal(press("PageDown", null, { repeat: true }), "nothing"); // a key held down is one step
  assert.equal(press("+", null, { repeat: true }), "more");
});
