// @ts-check
// What is read where in a church window, from its rows: a digit for each point.

/**
 * For each class but one, the middle of the largest square that it fills: where to write its number.
 * @param {string[]} rows
 * @param {number | null} unmarked the class that needs no number
 */
export function regions(rows, unmarked) {
  /** @type {Map<string, { digit: string, x: number, y: number, reach: number }>} */
  const best = new Map();
  rows.forEach((row, y) => [...row].forEach((digit, x) => {
    if (Number(digit) === unmarked) return;
    let reach = 0;
    while (isFilled(rows, x, y, reach + 1, digit)) reach += 1;
    if (reach > (best.get(digit)?.reach ?? 0)) best.set(digit, { digit, x, y, reach });
  }));
  return [...best.values()];
}

/**
 * Whether the border of the square around a point is of one class, and inside the window.
 * @param {string[]} rows
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 * @param {string} digit
 */
function isFilled(rows, x, y, reach, digit) {
  for (let i = -reach; i <= reach; i++) {
    const border = [rows[y - reach]?.[x + i], rows[y + reach]?.[x + i], rows[y + i]?.[x - reach], rows[y + i]?.[x + reach]];
    if (border.some((each) => each !== digit)) return false;
  }
  return true;
}

/** What is read in the middle: in the digit itself. */
export function middle(/** @type {string[]} */ rows) {
  const half = (rows.length - 1) / 2;
  return Number(rows[half][half]);
}

/** The one class that is read everywhere; null if there are several. */
export const only = (/** @type {string[]} */ rows) => {
  const [digit, ...others] = new Set(rows.join(""));
  return others.length ? null : Number(digit);
};

/**
 * The shares of the left and of the right half, without the column between them, that are read as
 * another class than that one.
 * @param {string[]} rows
 * @param {number} label
 */
export function shares(rows, label) {
  const half = (rows.length - 1) / 2;
  const share = (/** @type {string} */ points) =>
    [...points].filter((digit) => Number(digit) !== label).length / points.length;
  return {
    left: share(rows.map((row) => row.slice(0, half)).join("")),
    right: share(rows.map((row) => row.slice(half + 1)).join("")),
  };
}
