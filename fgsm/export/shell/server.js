// @ts-check
// In place of `ui/shared/server.js`: the same questions, answered by the engine in a worker.

import { catalogue } from "../../ui/shared/catalogue.js";
import { attackOf } from "../../ui/shared/words.js";
import { fileAt } from "./home.js";

/** @typedef {import("../../ui/contract").AttackRequest} AttackRequest */
/** @typedef {import("../../ui/contract").Progress} Progress */
/** @typedef {import("../../ui/contract").Refusal} Refusal */
/** @typedef {import("../../ui/shared/server.js").Server} Server */

const LONG = 100; // milliseconds for a sweep; one that takes more comes in parts
const GRADIENT = 3; // what the gradient of a sweep costs, in readings

/**
 * Who waits for an answer.
 * @typedef {object} Waiting
 * @property {(answer: any) => void} answer
 * @property {(error: Error) => void} fail
 * @property {(step: any) => void} step
 */

/** @type {Map<number, Waiting>} By the numbers of their questions. */
const waiting = new Map();
let asked = 0;
/** @type {Error | null} Why nothing is answered any more. */
let broken = null;
const worker = started();

/** The worker; if it cannot be started, or has nothing to compute with, whoever asks is told so. */
function started() {
  const worker = new Worker(fileAt("engine.js"));
  worker.onmessage = ({ data: { id, step, answer, problem, took } }) => {
    if (id === undefined) return breakOff(new Error(problem));
    const who = waiting.get(id);
    if (step !== undefined) return who?.step(step);
    waiting.delete(id);
    if (problem === undefined) who?.answer({ answer, took });
    else who?.fail(new Error(problem));
  };
  worker.onerror = ({ message }) => breakOff(new Error(message ?? "engine.js could not be loaded"));
  provide(worker).catch(breakOff);
  return worker;
}

/** Whoever waits, or asks from now on, is told this. */
function breakOff(/** @type {Error} */ error) {
  broken = error;
  for (const { fail } of waiting.values()) fail(error);
  waiting.clear();
}

async function provide(/** @type {Worker} */ worker) {
  const [text, png] = await Promise.all([
    loaded("engine.json").then((response) => response.text()),
    loaded("digits.png").then((response) => response.arrayBuffer()),
  ]);
  worker.postMessage({ text, png: new Uint8Array(png) });
}

async function loaded(/** @type {string} */ path) {
  const response = await fetch(fileAt(path));
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}

/** A question of that name. @returns {(request: object) => Promise<any>} */
const question = (/** @type {string} */ name) => async (request) => (await asking(name, request)).answer;

/**
 * Ask, and wait.
 * @param {string} name
 * @param {object} request
 * @param {(step: any) => void} [step] called with what comes before the answer
 * @returns {Promise<{ answer: any, took: number }>} with the milliseconds that it took
 */
function asking(name, request, step = () => {}) {
  const id = ++asked;
  return new Promise((answer, fail) => {
    if (broken) return fail(broken);
    waiting.set(id, { answer, fail, step });
    worker.postMessage({ id, name, request });
  });
}

// ---- sweeps ----

/** @type {Map<string, number>} What one reading cost, in milliseconds, by the models on the stage. */
const costs = new Map();
const modelsOf = (/** @type {AttackRequest} */ { model, twin }) => (twin ? "twins" : model);

/** @param {AttackRequest} request */
async function attack(request) {
  const { answer, took } = await asking("attack", request);
  const epsilons = request.ks?.length ?? catalogue.epsilons.length;
  if (!("error" in answer) && isOneGradient(request)) costs.set(modelsOf(request), took / (epsilons + GRADIENT));
  return answer;
}

const isOneGradient = (/** @type {AttackRequest} */ { attack: key }) => attackOf(key).gradients === 0;

/** As long as nobody knows how fast this device is, it may be slow. @type {typeof import("../../ui/shared/server.js").isLong} */
export const isLong = (request) =>
  !isOneGradient(request) || (costs.get(modelsOf(request)) ?? LONG) * catalogue.epsilons.length > LONG;

// ---- a run ----

/**
 * The run that the page follows.
 * @typedef {object} Run
 * @property {string} id the page's name for it
 * @property {number} number of the question to the worker
 * @property {Progress | Refusal} progress
 * @property {number} news how often something has changed
 * @property {() => void} changed called when there is news
 */

/** @type {Run | null} */
let run = null;

/** How a run is, once that is something else than what the page knows. @type {Server["follow"]} */
async function follow({ id, known, ...request }) {
  const followed = run?.id === id ? run : begin(id, request);
  if (followed.news === known) await new Promise((done) => { followed.changed = () => done(null); });
  return followed.progress;
}

/** @param {string} id @param {object} request */
function begin(id, request) {
  end();
  /** @type {Run} */
  const begun = { id, number: 0, news: 1, progress: { news: 1, ahead: 0, series: null, seconds: 0, device: "" }, changed: () => {} };
  const tell = (/** @type {object} */ how) => {
    begun.news++;
    begun.progress = "error" in how ? /** @type {Refusal} */ (how) : /** @type {Progress} */ ({ ...begun.progress, ...how, news: begun.news });
    begun.changed();
  };
  asking("run", request, tell)
    .then(({ answer }) => { if (answer && "error" in answer) tell(answer); })
    .catch(() => tell({ error: SAID.failed }));
  begun.number = asked;
  run = begun;
  return begun;
}

/** Compute no more of the run. */
function end() {
  if (!run) return;
  worker.postMessage({ id: run.number });
  waiting.delete(run.number);
  run.changed(); // whoever asked how it is may forget it
  run = null;
}

/** @type {Server} */
export const server = {
  attack,
  compare: question("compare"),
  directions: question("directions"),
  linearity: question("linearity"),
  dimension: question("dimension"),
  church_window: question("church_window"),
  eight_bits: question("eight_bits"),
  defence: question("defence"),
  counts: question("counts"),
  grid: question("grid"),
  cell: question("cell"),
  picture: question("picture"),
  qr: question("qr"),
  follow,
  cancel: async () => {
    end();
    return {};
  },
  download: async () => ({ error: "The test set is not in this page." }),
  has_mnist: async () => ({ here: false }),
};

/** @type {typeof import("../../ui/shared/server.js").SAID} */
export const SAID = {
  failed: "Your browser could not compute this; its console says why.",
  silent: "Your browser could not compute this",
  waiting: "Still computing.",
};
