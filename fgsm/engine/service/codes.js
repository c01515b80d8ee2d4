// @ts-check
// Links as QR codes, so that a phone can open what is on the screen or on paper
// (`fgsm/service/codes.py`).

import { catalogue } from "../../ui/shared/catalogue.js";
import { qrCode } from "../qr.js";
import { Refusal } from "../refusal.js";
import { parsed } from "./request.js";
import { shown } from "./shown.js";

const LONGEST = catalogue.longest_link;

/**
 * The QR code of a link, without its quiet zone.
 *
 * Of medium error correction (15 % of the code may be dirty, or glare in a lecture hall), or more where
 * that makes the code no larger.
 * @param {unknown} data the contract's `LinkRequest`
 * @returns {import("../../ui/contract").Code}
 */
export const qr = (data) => ({ rows: qrCode(parsed({ link }, data).link).map((row) => row.join("")) });

/** A link, written as browsers write it. @type {import("./fields.js").Check<string>} */
function link(value) {
  if (typeof value !== "string" || value.length > LONGEST) {
    const what = typeof value === "string" ? `${inThousands(value.length)} characters long` : shown(value);
    throw new Refusal(`link is ${what}; it must be text of at most ${inThousands(LONGEST)} characters`);
  }
  if (!/^https?:\/\/[!-~]+$/.test(value)) {
    throw new Refusal(
      `link is ${shown(value)}; it must begin with http:// or https://, in printable ASCII`,
    );
  }
  return value;
}

const inThousands = (/** @type {number} */ count) => count.toLocaleString("en");
