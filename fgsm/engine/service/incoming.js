// @ts-check
// Pictures that come in, as files: read, and answered as an image that can be asked for again
// (`fgsm/service/incoming.py`).

import { catalogue } from "../../ui/shared/catalogue.js";
import { imageFrames } from "../frames.js";
import { readPicture } from "../picture.js";
import { Refusal } from "../refusal.js";
import { decoded } from "./fields.js";
import { parsed } from "./request.js";
import { shown } from "./shown.js";

const MOST_BYTES = catalogue.largest_picture;

/**
 * The image that a file shows.
 * @param {unknown} data the contract's `PictureRequest`
 */
export async function picture(data) {
  const content = parsed({ picture: file }, data).picture;
  return { frame: imageFrames([await readPicture(content)]) };
}

/** What is in a file; in JSON, in base64. @type {import("./fields.js").Check<Uint8Array<ArrayBuffer>>} */
function file(value, name) {
  if (typeof value !== "string") {
    throw new Refusal(`${name} is ${shown(value)}; it must be a file's bytes in base64`);
  }
  if (value.length > 4 * Math.ceil(MOST_BYTES / 3)) {
    throw new Refusal(
      `${name} has ${value.length.toLocaleString("en")} characters of base64; the file may have ` +
        `${MOST_BYTES.toLocaleString("en")} bytes at most`,
    );
  }
  return decoded(value, name, "a file's bytes");
}
