// @ts-check
// What a story is: a list of steps as data, each a state with words. A story may come from anybody; so
// everything in it is checked here, once. Its words are only ever shown as text, and what it points at
// it names from a list.

import { read } from "../shared/state.js";
import { LARGEST, inDecimals, indexOf } from "../shared/words.js";

/** @typedef {import("../shared/state.js").State} State */

/**
 * @typedef {object} Story
 * @property {string} title
 * @property {string | null} language of its words, such as "de"; null for the page's own
 * @property {Step[]} steps
 *
 * @typedef {object} Step
 * @property {string} title a line: all that an audience has to read
 * @property {string} text some sentences, for those who read by themselves
 * @property {string} notes for the speaker alone
 * @property {State | null} state what is shown; null leaves what is there
 * @property {number | "break" | null} to where epsilon moves then: an index, or past the breaking
 *   point of whatever is shown
 * @property {number} seconds how long that takes
 * @property {Scene} scene what a presentation shows
 * @property {Target | null} target what a guided tour points at
 *
 * @typedef {typeof SCENES[number]} Scene
 * @typedef {keyof typeof TARGETS} Target
 */

const SCENES = /** @type {const} */ (["pictures", "draw", "curve", "words", "end"]);

/** What a story can point at, as selectors. */
export const TARGETS = {
  image: ".equation .clean",
  direction: ".equation .change canvas",
  equation: ".equation",
  epsilon: ".epsilon",
  chart: ".chart",
  pad: ".draw",
  accuracy: ".accuracy .chart",
  steps: ".step",
};

/** What a scene is about, for a guided tour that says nothing of its own. */
const ABOUT = /** @type {const} */ ({
  pictures: "equation", draw: "pad", curve: "accuracy", words: null, end: null,
});

/** How large a story's file may be, in bytes. */
export const LARGEST_FILE = 200_000;
const MOST_STEPS = 100;
const TITLE = 70; // characters: one line of a projector
const TEXT = 600;
const SLOWEST = 60; // seconds
const USUAL = 4;

/** @typedef {Record<string, unknown>} Fields */

/**
 * The story that a file's text is.
 * @param {string} text
 * @returns {Story} an error whose message is a sentence, which names the step and the field, if the
 *   text is no story
 */
export function storyOf(text) {
  if (text.length > LARGEST_FILE) throw new Error(`A story has at most ${LARGEST_FILE / 1000} KB.`);
  let data;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new Error(`This story is no JSON: ${/** @type {Error} */ (error).message}.`, { cause: error });
  }
  const fields = fieldsOf("The story", data, ["title", "language", "steps"]);
  const { language, steps } = fields;
  if (language !== undefined && !(typeof language === "string" && /^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*$/.test(language)))
    throw new Error(`The story, “language”: it is ${said(language)}, and must be like "en" or "pt-BR".`);
  if (!Array.isArray(steps) || steps.length === 0 || steps.length > MOST_STEPS)
    throw new Error(`The story, “steps”: it must be a list of 1 to ${MOST_STEPS} steps.`);
  return {
    title: wordsOf("The story", fields, "title", TITLE),
    language: language ?? null,
    steps: steps.map((step, i) => stepOf(`Step ${i + 1}`, step)),
  };
}

/** @param {string} where @param {unknown} data @returns {Step} */
function stepOf(where, data) {
  const fields = fieldsOf(where, data, ["title", "text", "notes", "state", "to", "seconds", "scene", "target"]);
  const { to = null, seconds = USUAL } = fields;
  const state = fields.state === undefined ? null : stateOf(where, fields.state);
  if (to !== null && to !== "break" && !isWithin(to, LARGEST))
    throw new Error(`${where}, “to”: it is ${said(to)}, and must be a number from 0 to ${inDecimals(LARGEST)}, or "break".`);
  if (!isWithin(seconds, SLOWEST))
    throw new Error(`${where}, “seconds”: it is ${said(seconds)}, and must be a number from 0 to ${SLOWEST}.`);
  const scene = fields.scene === undefined ? sceneOf(state) : oneOf(where, fields, "scene", SCENES);
  return {
    title: wordsOf(where, fields, "title", TITLE),
    text: fields.text === undefined ? "" : wordsOf(where, fields, "text", TEXT),
    notes: fields.notes === undefined ? "" : wordsOf(where, fields, "notes", TEXT),
    state,
    to: typeof to === "number" ? indexOf(to) : to,
    seconds,
    scene,
    target: fields.target === undefined ? ABOUT[scene]
      : oneOf(where, fields, "target", /** @type {Target[]} */ (Object.keys(TARGETS))),
  };
}

/** What is presented of a state, where the story does not say. @returns {Scene} */
function sceneOf(/** @type {State | null} */ state) {
  if (state?.tab === "test-set") return "curve";
  if (state?.tab === "how") return "words";
  return state?.pad ? "draw" : "pictures";
}

/** @param {string} where @param {unknown} text @returns {State} */
function stateOf(where, text) {
  if (typeof text !== "string") throw new Error(`${where}, “state”: it is ${said(text)}, and must be a text such as "d=403&e=0.1".`);
  try {
    return read(text);
  } catch (error) {
    throw new Error(`${where}, “state”: ${/** @type {Error} */ (error).message}`, { cause: error });
  }
}

/** @param {string} where @param {unknown} data @param {string[]} known @returns {Fields} */
function fieldsOf(where, data, known) {
  if (typeof data !== "object" || data === null || Array.isArray(data))
    throw new Error(`${where} is ${said(data)}, and must be an object with fields.`);
  const unknown = Object.keys(data).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`${where}, ${said(unknown)}: there is no such field. There are ${known.join(", ")}.`);
  return /** @type {Fields} */ (data);
}

/** @param {string} where @param {Fields} fields @param {string} name @param {number} longest */
function wordsOf(where, fields, name, longest) {
  const value = fields[name];
  if (typeof value !== "string" || value.trim() === "")
    throw new Error(`${where}, “${name}”: ${value === undefined ? "it is missing" : `it is ${said(value)}, and must be some words`}.`);
  if (value.length > longest)
    throw new Error(`${where}, “${name}”: it has ${value.length} characters, and may have ${longest}.`);
  return value;
}

/** @template {string} T @param {string} where @param {Fields} fields @param {string} name @param {readonly T[]} choices */
function oneOf(where, fields, name, choices) {
  const found = choices.find((each) => each === fields[name]);
  if (found === undefined)
    throw new Error(`${where}, “${name}”: it is ${said(fields[name])}, and must be one of ${choices.join(", ")}.`);
  return found;
}

/** @returns {value is number} */
const isWithin = (/** @type {unknown} */ value, /** @type {number} */ most) =>
  typeof value === "number" && value >= 0 && value <= most;

/** A value as a sentence can quote it. */
function said(/** @type {unknown} */ value) {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
