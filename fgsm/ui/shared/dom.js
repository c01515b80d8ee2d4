// @ts-check
// Finding and making elements.

/**
 * What `start` of a component's module is given by Gradio, and the server.
 * @typedef {object} View
 * @property {HTMLElement} element the component's own
 * @property {{ value: any }} props `value` is what Python gave
 * @property {import("./server.js").Server} server what can be asked
 * @property {(name: string, changed: () => void) => void} watch calls back when Python changes a prop
 */

/**
 * The first element in `root` that the selector finds; there must be one, of that type.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [type] HTMLElement by default
 * @returns {T}
 */
export function find(root, selector, type) {
  const found = root.querySelector(selector);
  const wanted = type ?? HTMLElement;
  if (!(found instanceof wanted)) throw new Error(`there is no ${wanted.name} at ${selector}`);
  return /** @type {T} */ (/** @type {unknown} */ (found));
}

/**
 * All elements in `root` that the selector finds.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [_type] HTMLElement by default
 * @returns {T[]}
 */
export function findAll(root, selector, _type) {
  return /** @type {T[]} */ ([...root.querySelectorAll(selector)]);
}

/**
 * An element of HTML.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[T]}
 */
export function create(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

/**
 * Fulfilled once there is such an element.
 * @param {string} selector
 * @returns {Promise<void>}
 */
export function exists(selector) {
  return new Promise((done) => {
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true });
    look();
    function look() {
      if (!document.querySelector(selector)) return;
      observer.disconnect();
      done();
    }
  });
}

/**
 * The element, once it is there and can be seen: a tab is built when it is first opened.
 * @param {string} selector
 * @returns {Promise<HTMLElement | null>} null if it does not come
 */
export async function appeared(selector) {
  for (let tries = 0; tries < 100; tries++) {
    /** @type {HTMLElement | null} */
    const found = document.querySelector(selector);
    if (found?.checkVisibility()) return found;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return null;
}

/** The text of some HTML of our own. */
export function plain(/** @type {string} */ html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent ?? "";
}

/**
 * Show a note while what can be scrolled sideways is wider than its box.
 * @param {HTMLElement} scroller
 * @param {HTMLElement} note
 */
export function noteCut(scroller, note) {
  const look = () => { note.hidden = scroller.scrollWidth <= scroller.clientWidth + 1; };
  const observer = new ResizeObserver(look);
  observer.observe(scroller);
  for (const child of scroller.children) observer.observe(child);
}

/** The value, limited to [low, high]. */
export function clamp(/** @type {number} */ value, /** @type {number} */ low, /** @type {number} */ high) {
  return Math.min(Math.max(value, low), high);
}
