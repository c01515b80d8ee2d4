// @ts-check
// Where the page is: in a document of its own, or, as the element `<gradio-app>`, a guest in someone
// else's. There the address, its history, and keys pressed elsewhere are none of the page's business.

/** @type {HTMLElement | null} The element that the page is a guest in; Gradio's own document has no `src`. */
export const guest = globalThis.document?.querySelector("gradio-app[src] .ours")?.closest("gradio-app") ?? null;

/** Whether an event is the page's business: all are, but for a guest only those in its element. */
export const isOurs = (/** @type {Event} */ { target }) =>
  guest === null || (target instanceof Node && guest.contains(target));

/** Whether others can open an address. That of a file they cannot: `file:`, or on Android `content:`. */
export const isForOthers = (/** @type {string} */ address) => /^https?:/.test(address);
