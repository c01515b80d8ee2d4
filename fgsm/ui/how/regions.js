// @ts-check
// Where the numbers of a church window's regions are written.

/**
 * For each class but the label, the middle of the largest square that it fills.
 * @param {string[]} rows a digit for each point
 * @param {number} label
 */
export function regions(rows, label) {
  /** @type {Map<string, { digit: string, x: number, y: number, reach: number }>} */
  const best = new Map();
  rows.forEach((row, y) => [...row].forEach((digit, x) => {
    if (Number(digit) === label) return;
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
