// @ts-check
// A value as Python's `reprlib.repr` writes it: short enough for a sentence.

const [MOST_CHARACTERS, MOST_ITEMS, MOST_FIELDS, MOST_LEVELS] = [30, 6, 4, 6];

/**
 * `fgsm.service.fields.shown`: a few items of a few levels of a value of JSON.
 * @param {unknown} value
 */
export const shown = (value) => (value === null ? "missing" : written(value, MOST_LEVELS));

/**
 * @param {unknown} value
 * @param {number} levels how many more are written
 * @returns {string}
 */
function written(value, levels) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) {
    if (levels === 0) return value.length ? "[...]" : "[]";
    const items = value.slice(0, MOST_ITEMS).map((each) => written(each, levels - 1));
    return `[${some(items, value.length > MOST_ITEMS)}]`;
  }
  if (typeof value === "object") {
    const keys = Object.keys(/** @type {object} */ (value)).sort();
    if (levels === 0) return keys.length ? "{...}" : "{}";
    const fields = keys
      .slice(0, MOST_FIELDS)
      .map((key) => `${quoted(key)}: ${written(Reflect.get(/** @type {object} */ (value), key), levels - 1)}`);
    return `{${some(fields, keys.length > MOST_FIELDS)}}`;
  }
  return String(value);
}

/**
 * @param {string[]} items
 * @param {boolean} isCut
 */
const some = (items, isCut) => [...items, ...(isCut ? ["..."] : [])].join(", ");

/** A text, in the quotes that it does not hold; if it is long, its beginning and its end. */
function quoted(/** @type {string} */ text) {
  const characters = Array.from(text);
  const whole = Array.from(inQuotes(characters.slice(0, MOST_CHARACTERS).join("")));
  if (whole.length <= MOST_CHARACTERS) return whole.join("");
  const [before, after] = [13, 14];
  const ends = [...characters.slice(0, before), ...characters.slice(characters.length - after)];
  const short = Array.from(inQuotes(ends.join("")));
  return [...short.slice(0, before), "...", ...short.slice(short.length - after)].join("");
}

/** The characters that are written as they are; as in `str.isprintable`. */
const PLAIN = /[^\p{C}\p{Z}]| /u;

/** A text as Python writes it, in the quotes that it does not hold. */
export function inQuotes(/** @type {string} */ text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  /** @type {Record<string, string>} */
  const escapes = { "\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\", [quote]: `\\${quote}` };
  const characters = Array.from(text, (each) => escapes[each] ?? (PLAIN.test(each) ? each : escaped(each)));
  return `${quote}${characters.join("")}${quote}`;
}

/** A character by its number, with as many digits as it needs. */
function escaped(/** @type {string} */ character) {
  const code = character.codePointAt(0) ?? 0;
  const [letter, digits] = code <= 0xff ? ["x", 2] : code <= 0xffff ? ["u", 4] : ["U", 8];
  return `\\${letter}${code.toString(16).padStart(digits, "0")}`;
}
