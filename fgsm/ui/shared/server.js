// @ts-check
// Waiting for the server, but not for ever.

import { isUp, lost } from "./connection.js";

/** @typedef {import("../contract").Refusal} Refusal */

const PATIENCE = 15_000; // milliseconds for an answer before the connection counts as lost

/**
 * The server's answer; an error if none comes, which Gradio may also report as undefined.
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
 * The server's answer. While the server is lost, the page says so; once it is back, it is asked again.
 * An error if the server is there, but does not answer.
 * @template T
 * @param {() => Promise<T | undefined>} ask
 * @param {number} [patience] milliseconds
 * @returns {Promise<T>}
 */
export async function untilAnswered(ask, patience = PATIENCE) {
  for (;;) {
    try {
      return await inTime(ask(), patience);
    } catch (error) {
      if (await isUp()) throw error;
      await lost();
    }
  }
}

/**
 * The sentence of a refusal; null if it is none.
 * @param {object} answer
 */
export const refusalOf = (answer) => ("error" in answer ? String(answer.error) : null);
