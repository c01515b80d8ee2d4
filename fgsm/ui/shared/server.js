// @ts-check
// Waiting for the server, but not for ever.

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
 * The sentence of a refusal; null if it is none.
 * @param {object} answer
 */
export const refusalOf = (answer) => ("error" in answer ? String(answer.error) : null);
