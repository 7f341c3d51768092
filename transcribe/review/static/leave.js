// Signing out on a shared device: what is unsent is sent first, then the device forgets everything of this person.

const PATIENCE = 5_000; // ms to send what is left, and to hear of the server

/** `words.leave_unsent`: what is asked where something could not be sent, or was not taken; {count} stands in it.
 * `words.leaving` stands beside the button while what is unsent is being sent, `words.leave_offline` where only the
 * server is missing: without it nobody is signed out, so that nothing is forgotten for it either.
 *
 * Who has no password is asked on a page of its own whether they want to, and nothing is forgotten before. */
export function leaveSafely(keep, unsent, notTaken, words, hasPassword) {
  const out = document.getElementById("out");
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  out.append(said);
  let isLeaving = false;
  out.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isLeaving) return;
    isLeaving = true;
    if (unsent.count) said.textContent = words.leaving.replace("{count}", unsent.count);
    const left = (await unsent.flush(navigator.onLine ? PATIENCE : 0)) + notTaken.count;
    const isHeard = await hears();
    said.textContent = isHeard ? "" : words.leave_offline;
    isLeaving = false;
    if (!isHeard) return;
    if (left && !confirm(words.leave_unsent.replace("{count}", left))) return;
    if (!hasPassword) return location.assign("/out");
    document.dispatchEvent(new Event("leaving")); // from here on nothing is kept any more
    navigator.serviceWorker?.controller?.postMessage({ wipe: true });
    for (const name of await window.caches?.keys() ?? []) await caches.delete(name);
    sessionStorage.clear();
    localStorage.clear();
    await keep.wipe();
    event.target.submit();
  });
}

/** Whether the server answers. */
async function hears() {
  if (!navigator.onLine) return false;
  return fetch("/alive", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) }).then(() => true, () => false);
}
