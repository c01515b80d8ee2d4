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
  const whole = inQuotes(text.slice(0, MOST_CHARACTERS));
  if (whole.length <= MOST_CHARACTERS) return whole;
  const [before, after] = [13, 14];
  const short = inQuotes(text.slice(0, before) + text.slice(text.length - after));
  return `${short.slice(0, before)}...${short.slice(short.length - after)}`;
}

/** A text as Python writes it, in the quotes that it does not hold. */
export function inQuotes(/** @type {string} */ text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll(quote, `\\${quote}`);
  return quote + escaped + quote;
}
