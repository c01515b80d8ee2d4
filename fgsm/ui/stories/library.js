// @ts-check
// Where stories come from: with the page, from an address on the same host, or from a file.

import { BUILT_IN } from "./built_in.js";
import { LARGEST_FILE, storyOf } from "./story.js";

/** @typedef {import("./story.js").Story} Story */

/** A story that came with the page. */
export const builtIn = (/** @type {string} */ name) => storyOf(BUILT_IN[name]);

/**
 * The story of that name, or at that address.
 * @param {string} name
 * @returns {Promise<Story>} an error whose message is a sentence, if there is none
 */
export async function called(name) {
  if (Object.hasOwn(BUILT_IN, name)) return builtIn(name);
  const url = addressOf(name, location.href);
  let text;
  try {
    const response = await fetch(url, { redirect: "error", credentials: "omit" }); // or it might lead elsewhere
    if (!response.ok) throw new Error(`its host says ${response.status}`);
    text = await bounded(response);
  } catch (error) {
    throw new Error(`There is no story at ${url.pathname}: ${/** @type {Error} */ (error).message}.`, { cause: error });
  }
  return storyOf(text);
}

/** The story in a file. */
export async function inFile(/** @type {File} */ file) {
  if (!/\.json$/i.test(file.name)) throw new Error(`“${file.name}” is neither a picture nor a story, whose name ends in .json.`);
  if (file.size > LARGEST_FILE) throw new Error(`${file.name} is too large for a story: it may have ${LARGEST_FILE / 1000} KB.`);
  return storyOf(await file.text());
}

/**
 * A story's address.
 * @param {string} name
 * @param {string} page the page's own address
 */
export function addressOf(name, page) {
  if (!/[./]/.test(name))
    throw new Error(`There is no story called “${name.slice(0, 40)}”. There are ${Object.keys(BUILT_IN).join(", ")}; any other has an address, such as my-talk.json.`);
  let url;
  try {
    url = new URL(name, page);
  } catch (error) {
    throw new Error(`“${name.slice(0, 40)}” is no address of a story.`, { cause: error });
  }
  if (url.origin !== new URL(page).origin || !/^https?:$/.test(url.protocol))
    throw new Error(`A story comes from this page's own host, not from ${url.host || url.protocol}.`);
  return url;
}

/** A response's text, as far as a story may be long. */
async function bounded(/** @type {Response} */ response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (reader && text.length <= LARGEST_FILE) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader?.cancel();
  return text;
}
