// Asking the server: one request at a time, and always for what is chosen last.

const RETRY = 3_000;
const SLOW = 250; // most answers come before the eye could see that we wait
const LONG = 3_000; // and when none comes for so long, that is said

class Asker {
  /**
   * @param {(request: object) => Promise<object>} send
   * @param {() => object | null} choose what to ask for, at the moment of asking; null for nothing.
   * @param {object} told `answer(answer, request)`, `refusal(sentence, isLast)`, `lost()`,
   *   `failed(isLast)` (the server is there, but had an error), `asking(isAsking)`, `slow(isSlow)` and
   *   `waiting()`: called when it is so. `isServerUp()` is asked when there is no answer.
   */
  constructor(send, choose, told) {
    Object.assign(this, { send, choose, told, isAsking: false, isWanted: false });
  }

  ask() {
    this.isWanted = true;
    if (!this.isAsking) this.askUntilAnswered();
  }

  async askUntilAnswered() {
    this.isAsking = true;
    this.told.asking(true);
    clearTimeout(this.retry);
    try {
      while (this.isWanted) {
        this.isWanted = false;
        const request = this.choose();
        if (request) await this.askOnce(request);
      }
    } finally {
      this.isAsking = false;
      this.told.asking(false);
    }
  }

  async askOnce(request) {
    let answer;
    const slow = setTimeout(() => this.told.slow(true), SLOW);
    const long = setTimeout(() => this.told.waiting(), LONG);
    try {
      answer = await inTime(this.send(request));
    } catch (error) {
      console.warn("The server does not answer:", error);
      this.isWanted = false;
      const isUp = await this.told.isServerUp().catch(() => false);
      if (isUp) return this.told.failed(!this.isWanted);
      this.retry = setTimeout(() => this.ask(), RETRY);
      return this.told.lost();
    } finally {
      clearTimeout(slow);
      clearTimeout(long);
      this.told.slow(false);
    }
    if (answer.error) this.told.refusal(answer.error, !this.isWanted);
    else await this.told.answer(answer, request);
  }
}
