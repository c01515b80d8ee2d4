// @ts-check
// Where the page and its own files are. A page without a server has another module in this place.

/** The page's own address, whatever document it is in. */
export const HOME = new URL("../../../", import.meta.url).href;

/** The address of a file that came with the page. @param {string} path such as "present/speaker.html" */
export const fileAt = (path) => new URL(`../${path}`, import.meta.url).href;

/**
 * Open one of the page's files in a window of its own, or bring it to the front.
 * @param {string} path
 * @param {string} name the window's, by which it knows what it is for
 * @param {string} features
 * @returns {boolean} whether the browser allowed it
 */
export const openWindow = (path, name, features) => window.open(fileAt(path), name, features) !== null;
