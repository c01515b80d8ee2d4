// @ts-check
// A link with its QR code, for a whole room.

import { readable } from "../shared/address.js";
import { find } from "../shared/dom.js";
import { isForOthers } from "../shared/host.js";
import { QUIET, qrOf, qrPath } from "../shared/qr.js";

const LONG = 90; // characters: nobody types more, nor reads them
const HERE = /^(localhost|127\.|\[::1\])/;
const ONLY_HERE = "This address is that of this computer alone: nobody else can open it.";
const IN_A_FILE = "There is no QR code: a file on this computer has no address for others. Send it: whoever gets the file has the page.";

/**
 * Show a link, and its code if it is to be had: the link may be too long for one, or the server gone.
 * @param {HTMLElement} element with a `.code`, a `.link` and a `.note`
 * @param {string} link
 * @param {import("../shared/qr.js").Ask} ask
 */
export async function showCode(element, link, ask) {
  const { hostname, host, pathname } = new URL(link);
  const [code, note] = [find(element, ".code"), find(element, ".note")];
  const short = link.length > LONG ? host + pathname : link.replace(/^https?:\/\/|\/$/g, "");
  find(element, ".link").textContent = isForOthers(link) ? short : readable(link);
  note.textContent = !isForOthers(link) ? IN_A_FILE : HERE.test(hostname) ? ONLY_HERE : "";
  element.classList.toggle("has-no-code", !isForOthers(link));
  if (code.dataset.link === link) return;
  code.dataset.link = link;
  code.replaceChildren();
  if (!isForOthers(link)) return;
  try {
    const rows = await qrOf(link, ask);
    if (code.dataset.link === link) draw(code, rows);
  } catch (error) {
    delete code.dataset.link;
    element.classList.add("has-no-code");
    note.textContent = `There is no QR code of this: ${/** @type {Error} */ (error).message.replace(/\.$/, "")}.`;
  }
}

function draw(/** @type {HTMLElement} */ element, /** @type {string[]} */ rows) {
  const side = rows.length + 2 * QUIET;
  element.innerHTML =
    `<svg viewBox="${-QUIET} ${-QUIET} ${side} ${side}" role="img" aria-label="QR code"><path d="${qrPath(rows)}"/></svg>`;
}
