// Readings that wait on this device: every page sends them, says what became of them, and asks before they are forgotten.

import { open } from "./keep.js";
import { Left } from "./left.js";
import { Line } from "./line.js";
import { Refused } from "./refused.js";
import { Unsent } from "./unsent.js";

const PATIENCE = 5_000; // ms to send what is left before somebody is signed out

const { person, csrf, words } = JSON.parse(document.getElementById("rest-setup").textContent);
const place = document.getElementById("rest");

/** Whether anything was kept here that the server does not have. Pages are opened more often than something was. */
async function isLeft(keep) {
  const [unsent, drafts] = await Promise.all([keep.all("unsent"), keep.all("drafts")]);
  return unsent.length > 0 || drafts.some((draft) => draft?.idem || typeof draft === "string") || Boolean(sessionStorage.getItem(`unsent ${person}`));
}

async function send(keep) {
  let late = "";
  let taken = 0;
  const line = new Line(csrf, () => null);
  const notTaken = new Refused(keep, document.getElementById("rest-refused"), words);
  const unsent = new Unsent(keep, line, {
    sent: (item, said) => {
      if (said.outcome === "late") late = said.erased ? "erased" : late || "late";
      taken += 1;
      notTaken.isTaken(item.task);
      tell();
    },
    refused: () => {
      notTaken.show();
      tell();
    },
    changed: tell,
    signedOut: () => null,
  });

  function tell() {
    place.textContent = unsent.count ? words.unsent.replace("{count}", unsent.count) : words[late || "sent"];
    place.hidden = !(unsent.count || taken);
  }

  await notTaken.show();
  for (const form of document.querySelectorAll("form[action='/out']")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const left = (await unsent.flush(PATIENCE)) + notTaken.count;
      if (!left || confirm(words.leave_unsent.replace("{count}", left))) form.submit();
    });
  }
  new Left(keep, line, document.getElementById("rest-left"), words, csrf).show((task) => unsent.has(task));
  if ((await keep.all("unsent")).length || unsent.noted().length) await unsent.load();
}

const keep = await open(person);
if (await isLeft(keep)) send(keep);
else keep.database?.close();
