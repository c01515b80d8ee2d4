// @ts-check
// The server's answers about the stage, and those that were fetched before anybody needs them.

import { refusalOf, untilAnswered } from "../shared/waiting.js";

/** @typedef {import("../contract").AttackRequest} AttackRequest */
/** @typedef {import("../contract").Attacked} Attacked */
/** @typedef {import("../contract").Comparison} Comparison */
/** @typedef {import("../contract").CompareRequest} CompareRequest */
/** @typedef {import("../contract").Refusal} Refusal */
/** @typedef {Pick<import("../contract").Service, "attack" | "compare">} Server */

/** An answer that is kept serves any part of what it answers: epsilons, or models compared. */
const keyOf = (/** @type {AttackRequest & CompareRequest} */ { ks: _, compared: __, ...request }) =>
  JSON.stringify(Object.entries(request).filter(([, value]) => (value ?? null) !== null).sort());

export class Answers {
  /** @type {Map<string, Attacked>} */
  #attacked = new Map();
  /** @type {Map<string, Comparison>} */
  #compared = new Map();

  constructor(/** @type {Server} */ server) {
    this.server = server;
  }

  /** @type {Server["attack"]} */
  attack = async (request) => this.#attacked.get(keyOf(request)) ?? this.server.attack(request);

  /** @type {Server["compare"]} */
  compare = async (request) => this.#compared.get(keyOf(request)) ?? this.server.compare(request);

  /** Ask for the whole answers to these requests, and keep them. */
  async prefetch(/** @type {AttackRequest[]} */ requests) {
    for (const request of requests) {
      const key = keyOf(request);
      if (this.#attacked.has(key) && this.#compared.has(key)) continue;
      // One after the other: whoever uses the page meanwhile does not wait for all of them.
      const attacked = await untilAnswered(() => this.server.attack({ ...request, ks: null }));
      const compared = await untilAnswered(() => this.server.compare(request));
      const refusal = refusalOf(attacked) ?? refusalOf(compared);
      if (refusal !== null) throw new Error(refusal);
      this.#attacked.set(key, /** @type {Attacked} */ (attacked));
      this.#compared.set(key, /** @type {Comparison} */ (compared));
    }
  }
}
