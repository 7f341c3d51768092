// Signing out on a shared device: what is unsent is sent first, then the device forgets everything of this person.

const PATIENCE = 5_000; // ms to send what is left

/** `question`: what is asked where something could not be sent, or was not taken; {count} stands in it.
 *
 * Who has no password is asked on a page of its own whether they want to, and nothing is forgotten before. */
export function leaveSafely(keep, unsent, notTaken, question, hasPassword) {
  document.getElementById("out").addEventListener("submit", async (event) => {
    event.preventDefault();
    const left = (await unsent.flush(PATIENCE)) + notTaken.count;
    if (left && !confirm(question.replace("{count}", left))) return;
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
