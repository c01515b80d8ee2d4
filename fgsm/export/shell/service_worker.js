// @ts-check
// Keeps the page and its files, so that it opens without a network. `fgsm.export` fills in the version,
// and the names of the files.

const FILES = ["FILES"];
const PATIENCE = 3000; // milliseconds for the host, where there is something to show without it
const worker = /** @type {any} */ (self); // its types and those of pages exclude each other
const MINE = `fgsm ${worker.registration.scope} `; // other pages of the same host have caches of their own
const CACHE = `${MINE}VERSION`;

// It takes over once no page of the version before is open any more: they go on with their own files.
worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(keep()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(forget()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  if (event.request.method === "GET") event.respondWith(answer(event.request));
});

/** Keep all files, past caches, on the way too, which may hold those of the version before. */
async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((path) => new Request(`${path}?v=VERSION`, { cache: "reload" })));
  const page = await cache.match("./?v=VERSION");
  if (!(await page?.text())?.includes("VERSION")) {
    await caches.delete(CACHE);
    throw new Error("the host still has an older page; it is tried again at the next visit");
  }
}

/** Forget other versions. */
async function forget() {
  const names = (await caches.keys()).filter((name) => name.startsWith(MINE) && name !== CACHE);
  await Promise.all(names.map((name) => caches.delete(name)));
}

/**
 * A file of this version as it is kept; one that may be of any version, such as the page itself, as the
 * host has it now, if the host can be reached.
 */
async function answer(/** @type {Request} */ request) {
  const cache = await caches.open(CACHE);
  const address = request.url.replace(/\/index\.html(?=$|[?#])/, "/"); // the page has two names
  const kept = await cache.match(address, { ignoreSearch: true });
  const version = new URL(address).searchParams.get("v");
  if (!kept || (version !== null && version !== "VERSION")) return fetch(request);
  const found = version === null ? await asked(request, address) : null;
  // Of a host that leaves ".html" out of addresses: browsers open nothing that came by a detour.
  return found ?? (kept.redirected ? new Response(kept.body, kept) : kept);
}

/**
 * What the host has, also if it is that there is no such file; null if it does not say so soon.
 * @param {Request} request
 * @param {string} address
 */
async function asked({ redirect }, address) {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), PATIENCE);
  try {
    const found = await fetch(address, { cache: "no-cache", redirect, signal: over.signal });
    return found.status < 500 ? found : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer); // what has begun to come may take its time
  }
}
