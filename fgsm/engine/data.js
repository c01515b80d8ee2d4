// @ts-check
// What the engine computes with, as `fgsm/export/data.py` wrote it: the models' parameters, the surveys,
// and the picture that holds the digits.

import { builtinDigits } from "./digits.js";

/** @typedef {import("./service/digits.js").Data} Data */

/**
 * The data of an export.
 * @param {string} text of engine.json
 * @param {Uint8Array<ArrayBuffer>} png of digits.png
 * @returns {Promise<Data>}
 */
export async function dataOf(text, png) {
  const { models, surveys, controls } = JSON.parse(text);
  /** @type {Data} */
  const data = { models: {}, digits: await builtinDigits(png), surveys: {}, controls };
  for (const [key, { architecture, parameters }] of Object.entries(models)) {
    const arrays = Object.entries(parameters).map(([name, packed]) => [name, floats(packed)]);
    data.models[key] = { architecture, parameters: Object.fromEntries(arrays) };
  }
  for (const [key, byAttack] of Object.entries(surveys)) {
    data.surveys[key] = {};
    for (const [attack, packed] of Object.entries(byAttack)) data.surveys[key][attack] = await inflated(bytes(packed));
  }
  return data;
}

/** The bytes of a text in base64. */
const bytes = (/** @type {string} */ text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** Numbers in float32, the lowest byte first, as every browser's processor keeps them. */
const floats = (/** @type {string} */ text) => new Float32Array(bytes(text).buffer);

/** What zlib compressed. */
async function inflated(/** @type {Uint8Array<ArrayBuffer>} */ packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
