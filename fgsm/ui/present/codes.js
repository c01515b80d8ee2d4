// @ts-check
// QR codes of links. The server draws them; those of a story are kept from its start.

import { svg } from "../shared/qr.js";
import { inTime, refusalOf } from "../shared/server.js";

/** @typedef {import("../contract").Service} Service */

export class Codes {
  /** @type {Map<string, string[]>} */
  #known = new Map();

  constructor(/** @type {Service["qr"]} */ qr) {
    this.qr = qr;
  }
}
