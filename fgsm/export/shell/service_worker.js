// @ts-check
// Keeps the page and its files, so that it opens without a network. `fgsm.export` fills in the version,
// and the names of the files.

const FILES = ["FILES"];
const worker = /** @type {any} */ (self); // its types and those of pages exclude each other
const MINE = `fgsm ${worker.registration.scope} `; // other pages of the same host have caches of their own
const CACHE = `${MINE}VERSION`;

worker.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil(keep().then(() => worker.skipWaiting()));
});
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(forget()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  if (event.request.method === "GET") event.respondWith(answer(event.request));
});

/** Keep all files, past caches, on the way too, which may hold those of the version before. */
async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((path) => new Request(`${path}?v=VERSION`, { cache: "reload" })));
}

/** Forget other versions. */
async function forget() {
  const names = (await caches.keys()).filter((name) => name.startsWith(MINE) && name !== CACHE);
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** A file that is kept; what is not, such as a story beside the page, comes from the host. */
async function answer(/** @type {Request} */ request) {
  const cache = await caches.open(CACHE);
  const address = request.url.replace(/\/index\.html(?=$|[?#])/, "/"); // the page has two names
  const kept = await cache.match(address, { ignoreSearch: true });
  if (!kept) return fetch(request);
  // Of a host that leaves ".html" out of addresses: browsers open nothing that came by a detour.
  return kept.redirected ? new Response(kept.body, kept) : kept;
}
