// @ts-check
// How a QR code is laid out: patterns, codewords, and the mask that phones read best.
//
// Source: ISO/IEC 18004:2015; the numbers in brackets are its sections.

/** Modules, row by row: 0 is light, 1 dark. @typedef {Uint8Array[]} Matrix */

const FREE = 2; // a module that is for codewords
const FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"];
const ALIGNMENT = ["11111", "10001", "10101", "10001", "11111"];

/** [7.8.2]: which modules a mask flips, by row and column. @type {((i: number, j: number) => boolean)[]} */
const MASKS = [
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (_, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => ((i >> 1) + Math.floor(j / 3)) % 2 === 0,
  (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
];

/**
 * @param {number[]} words the codewords, in the order in which they are placed
 * @param {number} version from 1 to 40
 * @param {number} level the name of the level of error correction
 * @returns {Matrix}
 */
export function laidOut(words, version, level) {
  const empty = frame(version);
  const filled = withWords(empty, words);
  // Format and version are added after the choice of the mask [7.8.1].
  const masked = MASKS.map((mask) =>
    filled.map((row, i) => row.map((module, j) => module ^ Number(empty[i][j] === FREE && mask(i, j)))),
  );
  const penalties = masked.map(penaltyOf);
  const mask = penalties.indexOf(Math.min(...penalties));
  const code = masked[mask];
  addFormat(code, level, mask);
  if (version >= 7) addVersion(code, version);
  return code;
}

/** The function patterns [6.3]; what is kept for format and version is light. @returns {Matrix} */
function frame(/** @type {number} */ version) {
  const size = 4 * version + 17;
  const matrix = Array.from({ length: size }, () => new Uint8Array(size).fill(FREE));
  const far = size - 8;
  for (let i = 0; i < 9; i++) {
    // Finder patterns, the light modules around them, and the places of the format.
    matrix[i].fill(0, 0, 9).fill(0, far);
    if (i < 8) matrix[far + i].fill(0, 0, 9);
  }
  for (const [y, x] of [[0, 0], [0, size - 7], [size - 7, 0]]) draw(matrix, FINDER, y, x);
  if (version >= 7) {
    for (let i = 0; i < 6; i++) matrix[i].fill(0, size - 11, far);
    for (let i = size - 11; i < far; i++) matrix[i].fill(0, 0, 6);
  }
  for (let i = 8; i < far; i++) matrix[i][6] = matrix[6][i] = 1 - (i % 2); // timing
  const centres = alignmentsOf(version);
  const last = centres.length - 1;
  centres.forEach((y, i) => centres.forEach((x, j) => {
    const isFinder = (i === 0 && (j === 0 || j === last)) || (i === last && j === 0);
    if (!isFinder) draw(matrix, ALIGNMENT, y - 2, x - 2);
  }));
  return matrix;
}

/**
 * @param {Matrix} matrix
 * @param {string[]} pattern
 * @param {number} y
 * @param {number} x
 */
function draw(matrix, pattern, y, x) {
  pattern.forEach((row, i) => matrix[y + i].set(Array.from(row, Number), x));
}

/** The centres of the alignment patterns, in rows and in columns [annex E]. */
function alignmentsOf(/** @type {number} */ version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = version === 32 ? 26 : 2 * Math.ceil((4 * version + 4) / (2 * count - 2));
  const fromTheEnd = Array.from({ length: count - 1 }, (_, i) => 4 * version + 10 - i * step);
  return [6, ...fromTheEnd.reverse()];
}

/**
 * The bits of the words in columns of two modules, up and down in turn, from the right [7.7.3]; what is left is 0.
 * @param {Matrix} empty
 * @param {number[]} words
 * @returns {Matrix}
 */
function withWords(empty, words) {
  const matrix = empty.map((row) => row.slice());
  const size = matrix.length;
  let bit = 0;
  for (let right = size - 1, isUp = true; right > 0; right -= 2, isUp = !isUp) {
    if (right === 6) right--; // the column of the timing pattern
    for (let step = 0; step < size; step++) {
      const row = matrix[isUp ? size - 1 - step : step];
      for (const j of [right, right - 1]) {
        if (row[j] !== FREE) continue;
        row[j] = (words[bit >> 3] >> (7 - (bit & 7))) & 1;
        bit++;
      }
    }
  }
  return matrix;
}

/** [7.8.3]: how hard a code is to read. */
function penaltyOf(/** @type {Matrix} */ matrix) {
  const size = matrix.length;
  const rows = matrix.map((row) => row.join(""));
  const columns = matrix.map((_, j) => matrix.map((row) => row[j]).join(""));
  let penalty = 0;
  for (const line of [...rows, ...columns]) penalty += penaltyOfRuns(line) + penaltyOfFinders(line);
  let dark = 0;
  matrix.forEach((row, i) => row.forEach((module, j) => {
    dark += module;
    if (i === 0 || j === 0) return;
    const above = matrix[i - 1];
    if (module === row[j - 1] && module === above[j] && module === above[j - 1]) penalty += 3;
  }));
  const percent = (dark / size ** 2) * 100;
  return penalty + 10 * Math.floor(Math.abs(percent - 50) / 5);
}

/** Five modules alike, or more. */
function penaltyOfRuns(/** @type {string} */ line) {
  return (line.match(/0{5,}|1{5,}/g) ?? []).reduce((total, run) => total + run.length - 2, 0);
}

/** What looks like the middle of a finder pattern, with four light modules, or the edge, on one side. */
function penaltyOfFinders(/** @type {string} */ line) {
  const middle = FINDER[2];
  let penalty = 0;
  for (let at = line.indexOf(middle); at !== -1;) {
    const end = at + middle.length;
    const isLight = (/** @type {number} */ from, /** @type {number} */ to) => !line.slice(from, to).includes("1");
    const counts = isLight(Math.max(at - 4, 0), at) || isLight(end, end + 4);
    if (counts) penalty += 40;
    at = line.indexOf(middle, counts ? end : at + 4);
  }
  return penalty;
}

/** Level and mask, twice [7.9]. @param {Matrix} matrix @param {number} level @param {number} mask */
function addFormat(matrix, level, mask) {
  const size = matrix.length;
  const data = level * 8 + mask;
  const bits = ((data << 10) | check(data, 10, 0x537)) ^ 0x5412;
  for (let i = 0; i < 8; i++) {
    const near = i < 6 ? i : i + 1; // not on the timing pattern
    const [low, high] = [(bits >> i) & 1, (bits >> (14 - i)) & 1];
    matrix[near][8] = matrix[8][size - 1 - i] = low;
    matrix[8][near] = matrix[size - 1 - i][8] = high;
  }
  matrix[size - 8][8] = 1; // always dark
}

/** The version, twice [7.10]. @param {Matrix} matrix @param {number} version */
function addVersion(matrix, version) {
  const bits = (version << 12) | check(version, 12, 0x1f25);
  for (let i = 0; i < 18; i++) {
    const [along, across] = [Math.floor(i / 3), matrix.length - 11 + (i % 3)];
    matrix[along][across] = matrix[across][along] = (bits >> i) & 1;
  }
}

/**
 * The bits that a BCH code adds [annexes C and D].
 * @param {number} data
 * @param {number} count
 * @param {number} generator
 */
function check(data, count, generator) {
  let rest = data;
  for (let i = 0; i < count; i++) rest = (rest << 1) ^ ((rest >> (count - 1)) * generator);
  return rest;
}
