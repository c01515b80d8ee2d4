// @ts-check
// Waiting for an answer of the server, but not for ever.

import { TOO_LONG, busy, isUp, lost } from "./connection.js";

const SPREAD = 0.5; // of a wait: those who were turned away together do not come back together

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

/**
 * The server's answer; an error if none comes.
 * @template T
 * @param {Promise<T | undefined>} promise
 * @param {number} [patience] milliseconds
 * @returns {Promise<T>}
 */
export async function inTime(promise, patience = TOO_LONG) {
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
export async function whenFree(ask, { patience = TOO_LONG, isWanted = () => true } = {}) {
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
