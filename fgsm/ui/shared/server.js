// @ts-check
// Asking the server, and waiting for its answer, but not for ever.

import { busy, free, isUp, lost } from "./connection.js";

/** @typedef {import("../contract").Refusal} Refusal */
/**
 * What the server can be asked: the functions of the service, and what is asked about the server.
 * @typedef {object} OfThisServer
 * @property {(request: import("../contract").FollowRequest) => Promise<import("../contract").Progress | Refusal>} follow
 * @property {(request: { id: string }) => Promise<object>} cancel
 * @property {(request: object) => Promise<{ said: string } | Refusal>} download
 * @property {(request: object) => Promise<{ here: boolean }>} has_mnist
 * @typedef {import("../contract").Service & OfThisServer} Server
 */

const PATIENCE = 15_000; // milliseconds for an answer before the connection counts as lost
const SPREAD = 0.5; // of a wait: those who were turned away together do not come back together
const PAGE = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`.replace(".", ""); // plain http has no UUIDs

/** There is too much to do: the server wants to be asked again. */
export class Busy extends Error {
  constructor(/** @type {number} */ again) {
    super(`busy, again in ${again} s`);
    this.again = again; // seconds
  }

  /** Say so, and wait. */
  async wait() {
    const seconds = this.again * (1 + SPREAD * Math.random());
    busy(this.again);
    await new Promise((done) => setTimeout(done, 1_000 * seconds));
  }
}

const BUSY = [429, 503];

/** A question of that name. @param {string} name @returns {(request: object) => Promise<any>} */
const question = (name) => async (request) => {
  const response = await fetch(new URL(`../../ask/${name}`, import.meta.url), {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Fgsm-Page": PAGE },
    body: JSON.stringify(request),
  });
  if (BUSY.includes(response.status)) throw new Busy(Number(response.headers.get("Retry-After")) || 1);
  free();
  return response.json();
};

/** @type {Server} */
export const server = {
  attack: question("attack"),
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
  follow: question("follow"),
  cancel: question("cancel"),
  download: question("download"),
  has_mnist: question("has_mnist"),
};

/**
 * The server's answer; an error if none comes.
 * @template T
 * @param {Promise<T | undefined>} promise
 * @param {number} [patience] milliseconds
 * @returns {Promise<T>}
 */
export async function inTime(promise, patience = PATIENCE) {
  /** @type {number | undefined} */
  let timer;
  /** @type {Promise<undefined>} */
  const late = new Promise((resolve) => { timer = setTimeout(resolve, patience); });
  try {
    const answer = await Promise.race([promise, late]);
    if (!answer) throw new Error("no answer");
    return answer;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @typedef {object} Patience
 * @property {number} [patience] milliseconds for an answer
 * @property {() => boolean} [isWanted] whether it is still of use; what is not is not asked for again
 */

/**
 * The server's answer. While the server is busy, the page says so, and asks again later.
 * An error if there is no answer.
 * @template T
 * @param {() => Promise<T | undefined>} ask
 * @param {Patience} [options]
 * @returns {Promise<T>}
 */
export async function whenFree(ask, { patience = PATIENCE, isWanted = () => true } = {}) {
  for (;;) {
    try {
      return await inTime(ask(), patience);
    } catch (error) {
      if (!(error instanceof Busy) || !isWanted()) throw error;
      await error.wait();
      if (!isWanted()) throw error;
    }
  }
}

/**
 * The server's answer. While the server is lost or busy, the page says so; it is asked again later.
 * An error if the server is there, but does not answer.
 * @template T
 * @param {() => Promise<T | undefined>} ask
 * @param {Patience} [options]
 * @returns {Promise<T>}
 */
export async function untilAnswered(ask, options) {
  for (;;) {
    try {
      return await whenFree(ask, options);
    } catch (error) {
      if (error instanceof Busy || await isUp()) throw error;
      await lost();
    }
  }
}

/**
 * The sentence of a refusal; null if it is none.
 * @param {object} answer
 */
export const refusalOf = (answer) => ("error" in answer ? String(answer.error) : null);
