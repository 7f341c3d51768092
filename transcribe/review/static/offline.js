// Has the service worker keep the page and what belongs to it, so that the page survives being offline.

const SETTLED = 10_000; // ms after which whatever was asked for without the worker has come

/** Keeps `page` and all it loads that `belongs(address)`: what was asked for before the worker watched is told to it. */
export async function keepOffline(page, belongs) {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/worker.js").catch(() => null);
  const { active } = await navigator.serviceWorker.ready;
  const tell = (addresses) => active.postMessage({ keep: addresses });
  tell([page]);
  active.postMessage({ away: `/offline/${document.documentElement.lang}` });
  const watch = new PerformanceObserver((loaded) => {
    const ours = loaded.getEntries().map((entry) => entry.name).filter(belongs);
    if (ours.length) tell(ours);
  });
  watch.observe({ type: "resource", buffered: true });
  if (!navigator.serviceWorker.controller) {
    await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  }
  setTimeout(() => watch.disconnect(), SETTLED);
}

/** Where the browser can install these pages as an app, the menu says so. */
addEventListener("beforeinstallprompt", (event) => {
  const button = document.getElementById("install");
  if (!button) return;
  event.preventDefault();
  button.hidden = false;
  button.onclick = () => {
    button.hidden = true;
    event.prompt();
  };
});
