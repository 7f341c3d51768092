// The service worker: the pages of work and their pictures survive being offline. Nothing else is kept.

const KEPT = "fairhand-1";
const PICTURES = "fairhand-pictures-1";
const PAGES = ["/work", "/form"];
const MOST_PICTURES = 80;
const OLDEST = 12 * 3_600_000; // ms that a picture is kept, whatever happens: a session without use lasts as long
const PATIENCE = 5_000; // ms before the kept page is shown on a line that does not answer

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data.keep) event.waitUntil(keep(event.data.keep));
  if (event.data.only) event.waitUntil(keepOnly(event.data.only));
  if (event.data.wipe) event.waitUntil(wipe());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(cached(KEPT, request));
  else if (isPicture(pathname)) event.respondWith(cached(PICTURES, request));
  else if (PAGES.includes(pathname) && request.mode === "navigate") event.respondWith(page(request, pathname));
});

/** Keeps the page and its parts once they were loaded without us. */
async function keep(addresses) {
  for (const address of addresses) {
    const cache = await caches.open(isPicture(new URL(address, self.location).pathname) ? PICTURES : KEPT);
    if (await cache.match(address)) continue;
    const response = await fetch(address, { credentials: "same-origin" });
    if (response.ok && !response.redirected) await cache.put(address, response);
  }
}

/** Of the pictures only these stay: what is answered, given back or forgotten is not on this device any more. */
async function keepOnly(addresses) {
  const wanted = new Set(addresses.map((address) => new URL(address, self.location).href));
  const cache = await caches.open(PICTURES);
  const others = (await cache.keys()).filter((request) => !wanted.has(request.url));
  await Promise.all(others.map((request) => cache.delete(request)));
}

function wipe() {
  return Promise.all([caches.delete(KEPT), caches.delete(PICTURES)]);
}

async function cached(name, request) {
  const cache = await caches.open(name);
  const kept = await cache.match(request);
  if (kept) return kept;
  // a picture is kept here and nowhere else in the browser, so that it can go
  const response = await fetch(request, name === PICTURES ? { cache: "no-store" } : {});
  if (response.ok) {
    await cache.put(request, response.clone());
    if (name === PICTURES) await prune(cache);
    else await forgetOlder(cache, request.url);
  }
  return response;
}

/** Only the latest pictures are kept, and none that is old. */
async function prune(cache) {
  const all = await cache.keys();
  for (const request of all) {
    const response = await cache.match(request);
    if (Date.now() - Date.parse(response?.headers.get("date") ?? "") > OLDEST) await cache.delete(request);
  }
  await Promise.all(all.slice(0, Math.max(0, all.length - MOST_PICTURES)).map((request) => cache.delete(request)));
}

/** A new version of a static file replaces the older ones. */
async function forgetOlder(cache, address) {
  const version = new URL(address).pathname.split("/")[2];
  const all = (await cache.keys()).map((request) => new URL(request.url));
  const older = all.filter((url) => url.pathname.startsWith("/static/") && url.pathname.split("/")[2] !== version);
  await Promise.all(older.map((url) => cache.delete(url.href)));
}

function isPicture(pathname) {
  return pathname.startsWith("/snippet/") || pathname.startsWith("/whole/");
}

/** A page of work from the server; the kept one where the server cannot be reached. */
async function page(request, pathname) {
  const cache = await caches.open(KEPT);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok && !response.redirected && response.type === "basic") await cache.put(pathname, response.clone());
    const out = pathname === "/work" && response.type === "opaqueredirect"; // sent to the sign-in page
    if (out || [401, 403].includes(response.status)) await wipe();
    else if (response.headers.get("x-fairhand-pictures") === "none") await caches.delete(PICTURES);
    return response;
  } catch (error) {
    const kept = await cache.match(pathname);
    if (kept) return kept;
    throw error;
  }
}
