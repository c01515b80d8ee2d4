// @ts-check
// The service in a worker: questions come as messages, and answers go back.
//
// First comes `{ text, png }`, what the engine computes with; then `{ id, name, request }`, a question,
// or `{ id }` alone: its answer is not wanted any more. Back go `{ id, step }`, how a run is, then
// `{ id, answer, took }`, with the milliseconds that it took, or `{ id, problem }` if something failed
// that should not have. `{ problem }` alone: there is nothing to compute with, and nothing is answered.

import { dataOf } from "./data.js";
import { Refusal } from "./refusal.js";
import { provide } from "./service/digits.js";
import { packed, refused } from "./service/pack.js";
import { SERVICE } from "./service/service.js";
import { Turns } from "./turns.js";

// What somebody waits for comes first, then what the page asks of itself, then runs.
const [FIRST, SOON, LATER] = [0, 1, 2];
/** @type {Record<string, number>} */
const RANKS = { compare: SOON, run: LATER };

const turns = new Turns();
/** @type {Map<number, import("./turns.js").Work>} By the numbers of their questions. */
const works = new Map();
/** @type {() => void} */
let begin;
/** @type {Promise<void>} */
const begun = new Promise((done) => { begin = done; });

addEventListener("message", async (/** @type {MessageEvent} */ { data }) => {
  const { id, name, request, text, png } = data;
  if (text !== undefined) return dataOf(text, png).then(provide).then(begin, (error) => postMessage({ problem: String(error) }));
  await begun; // also to drop a question, which waits until then itself
  if (name === undefined) drop(id);
  else answer(id, name, request);
});

/** @param {number} id @param {string} name @param {unknown} request */
function answer(id, name, request) {
  let took = 0;
  const end = (/** @type {object} */ message) => {
    works.delete(id);
    postMessage({ id, took, ...message });
  };
  const failed = (/** @type {unknown} */ error) => {
    if (error instanceof Refusal) return end({ answer: refused(error) });
    console.error(error);
    end({ problem: String(error) });
  };
  const work = {
    rank: RANKS[name] ?? FIRST,
    steps: parts(SERVICE[name], request),
    told: (/** @type {IteratorResult<unknown>} */ { done, value }, /** @type {number} */ milliseconds) => {
      took += milliseconds;
      if (done) Promise.resolve(value).then((found) => end({ answer: packed(found) })).catch(failed);
      else if (value !== undefined) postMessage({ id, step: packed(value) });
    },
    failed,
  };
  works.set(id, work);
  turns.add(work);
}

/**
 * What a function of the service does, in the parts that it has.
 * @param {(request: unknown) => unknown} serve
 * @param {unknown} request
 * @returns {Generator<unknown, unknown>}
 */
function* parts(serve, request) {
  const answer = serve(request);
  return isIterator(answer) ? yield* answer : answer;
}

/** @returns {value is Generator<unknown, unknown>} */
const isIterator = (/** @type {unknown} */ value) => typeof value === "object" && value !== null && "next" in value;

function drop(/** @type {number} */ id) {
  const work = works.get(id);
  if (work) turns.drop(work);
  works.delete(id);
}
