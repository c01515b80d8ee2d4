// @ts-check
// What the page shows, as one flat state, and how a link says it: `d=403&e=0.12&a=fgsm&m=lenet`. The
// table of properties is the only place that knows either; the page is restored from it, and stories
// are lists of such texts. Nothing of a link is ever run, or written into the page as HTML.

import { catalogue } from "./catalogue.js";
import { packedPixels, packedStrokes, unpackedPixels, unpackedStrokes } from "./packing.js";
import { KEYS, LARGEST, attackOf, epsilonText, inDecimals, indexOf, isLabelled, sourceOf } from "./words.js";

/**
 * @typedef {object} State
 * @property {string} source
 * @property {number} index 0 for what has no number
 * @property {import("./packing.js").Point[][] | null} strokes of a drawing
 * @property {string | null} pixels of a picture: base64 of 784 bytes
 * @property {number | null} label what someone says that a drawing or a picture is
 * @property {number} k which epsilon
 * @property {string} attack
 * @property {number | null} target the class to move towards; null for the runner-up
 * @property {[number, number] | null} ray the church window's point
 * @property {string} model
 * @property {boolean} twin
 * @property {"direction" | "change"} view what the middle picture shows
 * @property {boolean} pad whether the pad is shown instead of the thumbnails
 * @property {Tab} tab
 * @property {string | null} figure of How it works that is looked at
 * @property {number} reach the church window's
 *
 * @typedef {"attack" | "test-set" | "how"} Tab
 *
 * @typedef {object} Modes how the page behaves; a link sets it, and nothing on the page changes it
 * @property {boolean} present
 * @property {boolean} embed
 * @property {string[]} hide controls to leave away
 * @property {string | null} tour a story to start: its name, or its address on the same host
 * @property {string | null} lang kept free
 */

const SHORTEST = catalogue.shortest_ray;
const TABS = /** @type {const} */ (["attack", "test-set", "how"]);
/** What a link can hide, for worksheets. */
export const HIDEABLE = ["picker", "options", "epsilon", "point", "verdict", "bars", "chart", "compare", "tabs", "tour"];
const LONGEST = 100_000; // characters of a link: minutes of scribbling on the pad

/** @type {State} What the page opens with. */
export const FIRST = {
  source: catalogue.first.source,
  index: catalogue.first.index,
  strokes: null,
  pixels: null,
  label: null,
  k: indexOf(catalogue.first.epsilon),
  attack: catalogue.first.attack,
  target: null,
  ray: null,
  model: catalogue.first.model,
  twin: false,
  view: "direction",
  pad: false,
  tab: "attack",
  figure: null,
  reach: catalogue.first_reach,
};

/** @type {Modes} */
const NO_MODES = { present: false, embed: false, hide: [], tour: null, lang: null };

/**
 * A property of `T` in a link. `write` gives its value, or null where the link need not say it;
 * `read` gives the fields that a value stands for, or throws an error that says what is wrong with it.
 * @template T
 * @typedef {{ write: (of: T) => string | null, read: (value: string, before: T) => Partial<T> }} Property
 */

/** @type {Record<string, Property<State>>} In the order of a link: a value may depend on those before. */
const PROPERTIES = {
  d: { write: digitText, read: readDigit },
  is: {
    write: ({ label }) => (label === null ? null : String(label)),
    read: (value, { source }) => {
      if (isLabelled(source)) throw new Error("only a drawing or a picture can be said to be something");
      return { label: classOf(value) };
    },
  },
  e: {
    write: ({ k }) => epsilonText(k),
    read: (value) => {
      const epsilon = numberOf(value);
      if (!(epsilon >= 0 && epsilon <= LARGEST)) throw new Error(`it goes from 0 to ${inDecimals(LARGEST)}`);
      return { k: indexOf(epsilon) };
    },
  },
  a: {
    write: ({ attack }) => attack,
    read: (value) => ({
      attack: oneOf(value, catalogue.attacks.filter(({ offered }) => offered.includes("stage")).map(({ key }) => key)),
    }),
  },
  to: {
    write: ({ target }) => (target === null ? null : String(target)),
    read: (value, { attack }) => {
      if (!attackOf(attack).needs_target) throw new Error(`the attack “${attack}” has no target`);
      return { target: classOf(value) };
    },
  },
  ray: { write: ({ ray }) => (ray === null ? null : ray.join(",")), read: readRay },
  m: {
    write: ({ model }) => model,
    read: (value) => ({ model: oneOf(value, catalogue.models.map(({ key }) => key)) }),
  },
  twin: { write: ({ twin }) => (twin ? "1" : null), read: (value) => ({ twin: flagOf(value) }) },
  view: {
    write: ({ view }) => (view === FIRST.view ? null : view),
    read: (value) => ({ view: oneOf(value, /** @type {const} */ (["direction", "change"])) }),
  },
  pad: {
    write: ({ pad, source }) => (pad === (source === KEYS.DRAWING) ? null : pad ? "1" : "0"),
    read: (value) => ({ pad: flagOf(value) }),
  },
  tab: {
    write: ({ tab }) => (tab === FIRST.tab ? null : tab),
    read: (value) => ({ tab: oneOf(value, TABS) }),
  },
  figure: {
    write: ({ figure }) => figure,
    read: (value) => ({ figure: oneOf(value, catalogue.figures) }),
  },
  reach: {
    write: ({ reach }) => (reach === FIRST.reach ? null : String(reach)),
    read: (value) => ({ reach: Number(oneOf(value, catalogue.reaches.map(String))) }),
  },
};

/** Whether a query opens one of Gradio's own views, such as `?view=api`; the name is ours too. */
const isGradios = (/** @type {string} */ name, /** @type {string} */ value) =>
  name === "view" && ["api", "settings"].includes(value);

/** The names of what a link says of the state. */
export const NAMES = Object.keys(PROPERTIES);

/** @type {Record<string, Property<Modes>>} */
const MODES = {
  present: { write: ({ present }) => (present ? "1" : null), read: (value) => ({ present: flagOf(value) }) },
  embed: { write: ({ embed }) => (embed ? "1" : null), read: (value) => ({ embed: flagOf(value) }) },
  hide: {
    write: ({ hide }) => hide.join(",") || null,
    read: (value) => ({ hide: value.split(",").map((name) => oneOf(name, HIDEABLE)) }),
  },
  tour: { write: ({ tour }) => tour && encodeURIComponent(tour), read: (value) => ({ tour: value || "tour" }) },
  lang: { write: ({ lang }) => lang && encodeURIComponent(lang), read: (value) => ({ lang: value }) },
};

/** The state as a link says it: always digit, epsilon, attack and model; the rest where it is not as usual. */
export const written = (/** @type {State} */ state) => joined(PROPERTIES, state);

/** Modes as a link says them; empty for none. */
export const writtenModes = (/** @type {Modes} */ modes) => joined(MODES, modes);

/**
 * The state that a text says; what it leaves out is as on the first page.
 * @param {string} text such as "d=403&e=0.12"
 * @returns {State} an error whose message is a sentence, if the text is wrong
 */
export const read = (text) => readLink(text, "").state ?? FIRST;

/**
 * What an address says. In its query, names that are not ours are someone else's business.
 * @param {string} hash
 * @param {string} search
 * @returns {{ state: State | null, modes: Modes }} null if it says nothing of the state; an error
 *   whose message is a sentence, if something is wrong
 */
export function readLink(hash, search) {
  if (hash.length + search.length > LONGEST) throw new Error(`This link is longer than ${LONGEST} characters.`);
  /** @type {Map<string, string>} */
  const values = new Map();
  for (const [name, value] of new URLSearchParams(search))
    if ((Object.hasOwn(PROPERTIES, name) || Object.hasOwn(MODES, name)) && !isGradios(name, value)) values.set(name, value);
  const seen = new Set();
  for (const [name, value] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (!Object.hasOwn(PROPERTIES, name) && !Object.hasOwn(MODES, name))
      throw new Error(`This link has “${short(name)}”, which this page does not know.`);
    if (seen.has(name)) throw new Error(`This link says ${name} twice.`);
    seen.add(name);
    values.set(name, value);
  }
  const hasState = [...values.keys()].some((name) => Object.hasOwn(PROPERTIES, name));
  return { state: hasState ? filled(PROPERTIES, FIRST, values) : null, modes: filled(MODES, NO_MODES, values) };
}

/**
 * @template {object} T
 * @param {Record<string, Property<T>>} properties
 * @param {T} first
 * @param {Map<string, string>} values
 * @returns {T}
 */
function filled(properties, first, values) {
  let found = first;
  for (const [name, { read: readValue }] of Object.entries(properties)) {
    const value = values.get(name);
    if (value === undefined) continue;
    try {
      found = { ...found, ...readValue(value, found) };
    } catch (error) {
      throw new Error(`This link says ${name}=${short(value)}: ${/** @type {Error} */ (error).message}.`, { cause: error });
    }
  }
  return found;
}

/** @template T @param {Record<string, Property<T>>} properties @param {T} of */
function joined(properties, of) {
  return Object.entries(properties)
    .flatMap(([name, { write }]) => {
      const value = write(of);
      return value === null ? [] : `${name}=${value}`;
    })
    .join("&");
}

// ---- values ----

function digitText(/** @type {State} */ { source, index, strokes, pixels }) {
  if (strokes) return `${source}-${packedStrokes(strokes)}`;
  if (pixels !== null) return `${source}-${packedPixels(pixels)}`;
  return source === KEYS.BUILTIN ? String(index) : `${source}-${index}`;
}

/** @returns {Partial<State>} */
function readDigit(/** @type {string} */ value) {
  const [, named, rest] = value.match(/^(?:([a-z]+)-)?(.*)$/s) ?? [];
  const source = named ?? KEYS.BUILTIN;
  if (source === KEYS.DRAWING) return { source, index: 0, strokes: unpackedStrokes(rest), pad: true };
  if (source === KEYS.IMAGE) return { source, index: 0, pixels: unpackedPixels(rest) };
  const numbered = catalogue.sources.map(({ key }) => key).filter(isLabelled);
  const last = sourceOf(oneOf(source, numbered)).size - 1;
  if (!/^\d+$/.test(rest) || Number(rest) > last) throw new Error(`its number must be from 0 to ${last}`);
  return { source, index: Number(rest) };
}

/** @param {string} value @param {State} before @returns {Partial<State>} */
function readRay(value, { attack }) {
  const ray = value.split(",").map(numberOf);
  const [along, across] = ray;
  if (attack !== KEYS.RAY) throw new Error(`only the attack “${KEYS.RAY}” has a ray`);
  const epsilon = Math.abs(along) + Math.abs(across);
  if (ray.length !== 2 || !(epsilon >= SHORTEST && epsilon <= LARGEST + 1e-9))
    throw new Error(`it must be two numbers whose sizes add up to ${SHORTEST} at least, and ${inDecimals(LARGEST)} at most`);
  return { ray: [along, across] };
}

/** A number as people write it; NaN if it is none. */
const numberOf = (/** @type {string} */ value) => (/^-?(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : NaN);

function classOf(/** @type {string} */ value) {
  if (!/^\d$/.test(value)) throw new Error("it must be a digit from 0 to 9");
  return Number(value);
}

function flagOf(/** @type {string} */ value) {
  if (!["", "0", "1"].includes(value)) throw new Error("it must be 1 or 0");
  return value !== "0";
}

/** @template {string} T @param {string} value @param {readonly T[]} choices @returns {T} */
function oneOf(value, choices) {
  const found = choices.find((each) => each === value);
  if (found === undefined) throw new Error(`it must be one of ${choices.join(", ")}`);
  return found;
}

const short = (/** @type {string} */ text) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
