// @ts-check
// QR codes of links. The server draws them; those of a story are kept from its start.

import { find } from "../shared/dom.js";
import { qrPath } from "../shared/qr.js";
import { inTime, refusalOf } from "../shared/server.js";

/** @typedef {import("../contract").Code} Code */
/** @typedef {import("../contract").Service} Service */

const QUIET = 4; // modules of white around a code, which readers need
const HERE = /^(localhost|127\.|\[::1\])/;
const ONLY_HERE = "This address is that of this computer alone: nobody else can open it.";

export class Codes {
  /** @type {Map<string, string[]>} the rows of codes by their links */
  #known = new Map();

  constructor(/** @type {Service["qr"]} */ qr) {
    this.qr = qr;
  }

  /** Fetch the codes of these links, and keep them. */
  async prefetch(/** @type {string[]} */ links) {
    for (const link of links) await this.#of(link);
  }

  async #of(/** @type {string} */ link) {
    const known = this.#known.get(link);
    if (known) return known;
    const answer = await inTime(this.qr({ link }));
    const refusal = refusalOf(answer);
    if (refusal !== null) throw new Error(refusal);
    const { rows } = /** @type {Code} */ (answer);
    this.#known.set(link, rows);
    return rows;
  }

  /** Show a link, and its code if it is to be had: it may be too long, or the server gone. */
  async show(/** @type {HTMLElement} */ element, /** @type {string} */ link) {
    const { hostname, host, pathname } = new URL(link);
    find(element, ".link").textContent = link.length > 80 ? `${host}${pathname}` : link.replace(/^https?:\/\//, "");
    const [code, note] = [find(element, ".code"), find(element, ".note")];
    const isHere = HERE.test(hostname);
    note.textContent = isHere ? ONLY_HERE : "";
    if (code.dataset.link === link) return;
    code.dataset.link = link;
    code.replaceChildren();
    try {
      const rows = await this.#of(link);
      if (code.dataset.link === link) draw(code, rows);
    } catch (error) {
      delete code.dataset.link;
      note.textContent = `There is no QR code of this: ${/** @type {Error} */ (error).message}`;
    }
  }
}

function draw(/** @type {HTMLElement} */ element, /** @type {string[]} */ rows) {
  const side = rows.length + 2 * QUIET;
  element.innerHTML =
    `<svg viewBox="${-QUIET} ${-QUIET} ${side} ${side}" role="img" aria-label="QR code"><path d=""/></svg>`;
  find(element, "path", SVGPathElement).setAttribute("d", qrPath(rows));
}
