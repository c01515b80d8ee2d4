// @ts-check
// Asking the server: one request at a time, and always for what was chosen last.

import { Busy, inTime, refusalOf } from "../shared/waiting.js";

const SLOW = 250; // milliseconds; most answers come before anyone could notice a wait
const LONG = 3_000; // milliseconds; then the page says that it is waiting

/**
 * What the asker calls, and when.
 * @template Request, Answer
 * @typedef {object} Told
 * @property {(answer: Answer, request: Request) => Promise<void>} answer
 * @property {(sentence: string, isLast: boolean) => Promise<void> | void} refusal
 * @property {() => Promise<void>} lost fulfilled when the server is back
 * @property {(isLast: boolean) => Promise<void> | void} failed the server is there, but had an error
 * @property {(isAsking: boolean) => void} asking
 * @property {(isSlow: boolean) => void} slow
 * @property {() => void} waiting
 * @property {() => Promise<boolean>} isServerUp is asked when there is no answer
 */

/** @template {object} Request @template {object} Answer */
export class Asker {
  #isAsking = false;
  #isWanted = false;
  #isLost = false;

  /**
   * @param {(request: Request) => Promise<Answer | import("../contract").Refusal>} send
   * @param {() => Request | null} choose what to ask for, at the moment of asking; null for nothing.
   * @param {Told<Request, Answer>} told
   */
  constructor(send, choose, told) {
    this.send = send;
    this.choose = choose;
    this.told = told;
  }

  ask() {
    this.#isWanted = true;
    if (!this.#isAsking) this.#askUntilAnswered();
  }

  async #askUntilAnswered() {
    this.#isAsking = true;
    this.told.asking(true);
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        const request = this.choose();
        if (request) await this.#askOnce(request);
      }
    } finally {
      this.#isAsking = false;
      this.told.asking(false);
    }
  }

  #waitForTheServer() {
    if (this.#isLost) return;
    this.#isLost = true;
    this.told.lost().then(() => {
      this.#isLost = false;
      this.ask();
    });
  }

  async #askOnce(/** @type {Request} */ request) {
    let answer;
    const slow = setTimeout(() => this.told.slow(true), SLOW);
    const long = setTimeout(() => this.told.waiting(), LONG);
    try {
      answer = await inTime(this.send(request));
    } catch (error) {
      if (error instanceof Busy) {
        await error.wait();
        this.#isWanted = true; // by then perhaps something else
        return;
      }
      console.warn("The server does not answer:", error);
      this.#isWanted = false;
      const isUp = await this.told.isServerUp().catch(() => false);
      if (isUp) return this.told.failed(!this.#isWanted);
      return this.#waitForTheServer();
    } finally {
      clearTimeout(slow);
      clearTimeout(long);
      this.told.slow(false);
    }
    const refusal = refusalOf(answer);
    if (refusal !== null) await this.told.refusal(refusal, !this.#isWanted);
    else await this.told.answer(/** @type {Answer} */ (answer), request);
  }
}
