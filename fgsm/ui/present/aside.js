// @ts-check
// Putting the rest of the page aside while one part covers it: neither keys nor screen readers get there.

/**
 * @param {HTMLElement} element
 * @returns {() => void} brings the rest back, and the focus to where it was
 */
export function putAside(element) {
  const focused = document.activeElement;
  /** @type {HTMLElement[]} */
  const others = [];
  for (let at = element; at !== document.body && at.parentElement; at = at.parentElement)
    for (const other of at.parentElement.children)
      if (other !== at && other instanceof HTMLElement && !other.inert && !other.matches("script, style, .connection"))
        others.push(other);
  for (const other of others) {
    other.inert = true;
    other.style.visibility = "hidden"; // what is covered need not be painted
  }
  return () => {
    for (const other of others) {
      other.inert = false;
      other.style.visibility = "";
    }
    if (focused instanceof HTMLElement && focused.isConnected) focused.focus({ preventScroll: true });
  };
}
