// Parts of a page that change by themselves: every [data-live] is fetched anew with its page. A hidden tab asks nothing,
// and a part in which somebody types, or has opened a fold, stays as it is. Pages of tables say that a minute is enough.
const SECONDS = Number(document.querySelector("[data-live-seconds]")?.dataset.liveSeconds ?? 10);
let timer = 0;

function busy(part) {
  const here = document.activeElement;
  if (here && here !== document.body && part.contains(here) && here.matches("input, select, textarea, button")) return true;
  return part.querySelector("details[open] form") !== null;
}

async function renew() {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html", "x-desk-poll": "1" }, redirect: "error" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.getElementById(part.id);
      if (!next || busy(part) || next.innerHTML === part.dataset.was) continue;
      part.dataset.was = next.innerHTML;
      const open = [...part.querySelectorAll("details[open][id]")].map((each) => each.id);
      part.replaceChildren(...next.childNodes);
      for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    }
  } catch {
    // the line is down: what is shown stays, and the next round asks again
  }
}

function plan() {
  clearTimeout(timer);
  if (document.hidden || !document.querySelector("[data-live]")) return;
  timer = setTimeout(async () => { await renew(); plan(); }, SECONDS * 1000);
}

for (const part of document.querySelectorAll("[data-live]")) part.dataset.was = part.innerHTML;
document.addEventListener("visibilitychange", async () => {
  if (!document.hidden) await renew();
  plan();
});
plan();
