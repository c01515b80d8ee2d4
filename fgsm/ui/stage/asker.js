// Asking the server: one request at a time, and always for what is chosen last.

const PATIENCE = 15_000; // milliseconds for an answer before the connection counts as lost
const RETRY = 3_000;
const SLOW = 250; // most answers come before the eye could see that we wait

class Asker {
  /**
   * @param {(request: object) => Promise<object>} send
   * @param {() => object | null} choose what to ask for, at the moment of asking; null for nothing.
   * @param {object} told `answer(answer, request)`, `refusal(sentence, isLast)`, `lost()`,
   *   `asking(isAsking)` and `slow(isSlow)`: called when it is so.
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
    const slow = setTimeout(() => this.told.slow(true), SLOW);
    try {
      while (this.isWanted) {
        this.isWanted = false;
        const request = this.choose();
        if (request) await this.askOnce(request);
      }
    } finally {
      clearTimeout(slow);
      this.isAsking = false;
      this.told.slow(false);
      this.told.asking(false);
    }
  }

  async askOnce(request) {
    let answer;
    try {
      answer = await inTime(this.send(request));
    } catch (error) {
      console.warn("The server does not answer:", error);
      this.isWanted = false;
      this.retry = setTimeout(() => this.ask(), RETRY);
      return this.told.lost();
    }
    if (answer.error) this.told.refusal(answer.error, !this.isWanted);
    else await this.told.answer(answer, request);
  }
}

/** The server's answer; an error if none comes, which Gradio may also report as undefined. */
async function inTime(promise) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const answer = await Promise.race([promise, late]);
  if (!answer) throw new Error("no answer");
  return answer;
}
