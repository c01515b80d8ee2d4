// @ts-check
// Whose turn it is: `fgsm/ui/door.py` for a single visitor. Work is done in parts, and before each part
// it is decided anew whose turn it is.

/**
 * @typedef {object} Work
 * @property {number} rank the lowest comes first
 * @property {Iterator<unknown, unknown>} steps
 * @property {(step: IteratorResult<unknown>, milliseconds: number) => void} told called after each part
 * @property {(error: unknown) => void} failed
 */

const SLICE = 10; // milliseconds for one's parts, before it is decided again whose turn it is

export class Turns {
  /** @type {Work[]} */
  #waiting = [];
  #isWorking = false;

  /** Do some work in its turn. */
  add(/** @type {Work} */ work) {
    this.#waiting.push(work);
    if (!this.#isWorking) this.#work();
  }

  /** Do no more of it. */
  drop(/** @type {Work} */ work) {
    this.#waiting = this.#waiting.filter((each) => each !== work);
  }

  async #work() {
    this.#isWorking = true;
    for (let work; (work = await this.#next()); ) {
      const start = performance.now();
      try {
        let step;
        do step = work.steps.next();
        while (!step.done && step.value === undefined && performance.now() - start < SLICE);
        if (step.done) this.drop(work);
        work.told(step, performance.now() - start);
      } catch (error) {
        this.drop(work);
        work.failed(error);
      }
    }
    this.#isWorking = false;
  }

  /** Of equal ranks, what came last is wanted most: what it follows is on the screen no more. */
  async #next() {
    await messages();
    return this.#waiting.reduce(
      (/** @type {Work | null} */ best, each) => (best && best.rank < each.rank ? best : each), null);
  }
}

const { port1, port2 } = new MessageChannel();

/** Fulfilled when all messages that have come are read. (A timer would wait for 4 ms.) */
const messages = () => new Promise((done) => {
  port1.onmessage = done;
  port2.postMessage(null);
});
