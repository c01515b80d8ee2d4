// @ts-check
// The server: what it can be asked, and what is said where it does not answer. A page without a server
// has another module in this place, which answers the same questions; see fgsm/export.

import { free } from "./connection.js";
import { Busy } from "./waiting.js";
import { attackOf } from "./words.js";

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

const PAGE = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`.replace(".", ""); // plain http has no UUIDs
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
 * Whether an answer for every epsilon would keep people waiting, so that it comes in parts.
 * @param {import("../contract").AttackRequest} request
 */
export const isLong = ({ attack }) => attackOf(attack).gradients > 0;

/** What is said of it where it does not answer as it should. */
export const SAID = {
  failed: "The server could not compute this; its log says why.",
  silent: "The server does not answer",
  waiting: "Still waiting for the server.",
};
