// The service worker: the pages of work and their pictures survive being offline. Every other page is then one that says
// so; nothing else is kept.

const KEPT = "fairhand-1";
const PICTURES = "fairhand-pictures-1";
const PAGES = ["/work", "/form"];
const AWAY = "/offline"; // where the page is kept that is shown instead of one that needs a network
const MOST_PICTURES = 260; // the most fields that an operator may let a person take along, and those of a whole form
const OLDEST = 48 * 3_600_000; // ms that a picture is kept, whatever happens: no field is lent for longer
const PATIENCE = 5_000; // ms before the kept page is shown on a line that does not answer

let wiped = 0; // how often everything was forgotten here: what was asked for before that is not kept

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data.keep) event.waitUntil(keep(event.data.keep));
  if (event.data.away) event.waitUntil(keepAway(event.data.away));
  if (event.data.only) event.waitUntil(keepOnly(event.data.only));
  if (event.data.wipe) event.waitUntil(wipe());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method === "POST" && pathname === "/out") event.waitUntil(wipe());
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(cached(KEPT, request));
  else if (isPicture(pathname)) event.respondWith(cached(PICTURES, request));
  else if (request.mode !== "navigate") return;
  else event.respondWith(PAGES.includes(pathname) ? page(request, pathname) : otherPage(request));
});

/** Keeps the page and its parts once they were loaded without us. Only this makes caches: elsewhere there may be none. */
async function keep(addresses) {
  const since = wiped;
  for (const address of addresses) {
    const picture = isPicture(new URL(address, self.location).pathname);
    const cache = await caches.open(picture ? PICTURES : KEPT);
    if (await cache.match(address)) continue;
    const response = await fetch(address, { credentials: "same-origin", cache: picture ? "no-store" : "default" });
    if (since !== wiped) return void (await wipe());
    if (response.ok && !response.redirected) await cache.put(address, response);
  }
}

/** Keeps the page that says that another needs a network, in the language spoken last. It says nothing of anybody. */
async function keepAway(address) {
  const since = wiped;
  const response = await fetch(address).catch(() => null);
  if (response?.ok && !response.redirected && since === wiped) await (await caches.open(KEPT)).put(AWAY, response);
}

/** A page that is not kept: from the server, or one that says that it needs a network. */
async function otherPage(request) {
  try {
    return await fetch(request);
  } catch (error) {
    return away(error);
  }
}

/** What is shown where the server cannot be reached and the page is not kept here. */
async function away(error) {
  const kept = await caches.match(AWAY);
  if (!kept) throw error;
  return new Response(kept.body, { status: 503, headers: kept.headers });
}

/** Of the pictures only these stay: what is answered, given back or forgotten is not on this device any more. */
async function keepOnly(addresses) {
  if (!(await caches.has(PICTURES))) return;
  const wanted = new Set(addresses.map((address) => new URL(address, self.location).href));
  const cache = await caches.open(PICTURES);
  const others = (await cache.keys()).filter((request) => !wanted.has(request.url));
  await Promise.all(others.map((request) => cache.delete(request)));
}

/** Nothing of anybody stays: pages, pictures, and what fields say beside them. What was typed and not sent does. */
async function wipe() {
  wiped += 1;
  await Promise.all([...(await caches.keys()).map((name) => caches.delete(name)), ...(await held()).map(({ clear }) => clear())]);
}

/** Of each person who works on this device, the fields that are here, and how to forget them. */
async function held() {
  const names = (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.startsWith("fairhand-"));
  return Promise.all(names.map((name) => new Promise((done) => {
    const request = indexedDB.open(name);
    request.onerror = () => done({ sheets: [], clear: () => null });
    request.onsuccess = () => {
      const base = request.result;
      base.onversionchange = () => base.close();
      if (!base.objectStoreNames.contains("held")) return done({ sheets: [], clear: () => null });
      const all = base.transaction("held").objectStore("held").getAll();
      const clear = () => new Promise((cleared) => {
        const writing = base.transaction("held", "readwrite");
        writing.objectStore("held").clear();
        writing.oncomplete = writing.onerror = cleared;
      });
      all.onsuccess = () => done({ sheets: all.result, clear });
    };
  })));
}

/** Pictures of fields that were lent until a time that is over go, also where no line says so. */
async function expire() {
  if (!(await caches.has(PICTURES))) return;
  const cache = await caches.open(PICTURES);
  const over = (await held()).flatMap(({ sheets }) => sheets).filter((sheet) => sheet.ends <= Date.now());
  await Promise.all(over.map((sheet) => cache.delete(sheet.picture)));
}

async function cached(name, request) {
  const since = wiped;
  if (name === PICTURES) await expire();
  const kept = await caches.match(request);
  if (kept) return kept;
  // a picture is kept here and nowhere else in the browser, so that it can go
  const response = await fetch(request, name === PICTURES ? { cache: "no-store" } : {});
  if (response.ok && (await caches.has(name)) && since === wiped) {
    const cache = await caches.open(name);
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

/** A page that says of itself that it was kept, and is not new. */
async function marked(page) {
  const text = (await page.text()).replace("<html ", '<html data-kept="yes" ');
  return new Response(text, { headers: page.headers });
}

function isPicture(pathname) {
  return pathname.startsWith("/snippet/") || pathname.startsWith("/whole/");
}

/** A page of work from the server; the kept one where the server cannot be reached. */
async function page(request, pathname) {
  await expire();
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok && !response.redirected && response.type === "basic" && (await caches.has(KEPT))) {
      await (await caches.open(KEPT)).put(pathname, response.clone());
    }
    const out = pathname === "/work" && response.type === "opaqueredirect"; // sent to the sign-in page
    if (out || [401, 403].includes(response.status)) await wipe();
    else if (response.headers.get("x-fairhand-pictures") === "none") await caches.delete(PICTURES);
    return response;
  } catch (error) {
    const kept = await caches.match(pathname);
    return kept ? marked(kept) : away(error);
  }
}
