// The whole form: the field in focus is framed on the page with a ruler under its row; Enter goes on. What is sent is
// kept on the device first and sent in the background, as single fields are.

import { Checks } from "./checks.js";
import { Clock } from "./clock.js";
import { Day } from "./day.js";
import { open } from "./keep.js";
import { leaveSafely } from "./leave.js";
import { Left } from "./left.js";
import { Line, Refused as NotAccepted } from "./line.js";
import { chord, isUnmeant, nameKeys, press, sendsAll } from "./machine.js";
import { keepOffline } from "./offline.js";
import { brief, mayBeCorrected, Refused } from "./refused.js";
import { Unsent } from "./unsent.js";

const RENEW_EVERY = 60_000;
const CHECK_PATIENCE = 1_500; // ms to hear what looks odd of what was typed last
const PATIENCE = 5_000; // ms; on a good line everything is sent by then, and the next form comes

const setup = JSON.parse(document.getElementById("setup").textContent);
const words = setup.words;
const part = (id) => document.getElementById(id);
const form = part("lines");
const fields = [...form.querySelectorAll(".line")];
const figures = [...document.querySelectorAll(".picture")];
const keep = await open(setup.person);
const line = new Line(setup.csrf, tell, () => navigator.serviceWorker?.controller?.postMessage({ wipe: true }));
const clock = new Clock(() => {});
const notTaken = new Refused(keep, part("refused"), words);
const unsent = new Unsent(keep, line, {
  sent: (item, said) => {
    if (said.outcome === "late") late = said.erased ? "erased" : late || "1";
    notTaken.isTaken(item.task);
    day.later();
    onwards();
  },
  refused: (item, error) => {
    say(`${error.message} ${words.refused.replace("{text}", () => brief(item.text || item.action))}`);
    notTaken.show();
    if (mayBeCorrected(error.status)) reopen(item);
  },
  changed: tell,
  signedOut: () => say(words.signed_out, "/in"),
});
const day = new Day(line, part("day"), null);
const checks = new Map(fields.map((field) => [field, new Checks(line)]));
const seconds = new Map(); // field -> active seconds spent in it
let isGoing = false; // to the next form
let goesWhenSent = false; // the line was too slow to wait for it: the next form comes later, unless more is typed here
let late = ""; // whether something came after its time, or after its scan was erased
const visited = new Set(); // a value that is shown and was never looked at is not sent

for (const figure of figures) {
  const shapes = document.createElement("div");
  shapes.className = "shapes";
  figure.append(shapes);
}

async function begin() {
  await unsent.load();
  await notTaken.show();
  const answered = new Set((await keep.all("answered")).map(({ task }) => task));
  for (const field of fields) {
    if (answered.has(field.dataset.task) || unsent.has(field.dataset.task)) done(field);
    checks.get(field).start(field.dataset.task);
    field.querySelector("select").tabIndex = -1; // its chords are quicker; Tab goes from box to box as on paper
    await recall(field);
  }
  const first = fields.find((field) => !field.disabled);
  if (first && !fieldOf(document.activeElement)) goTo(first);
  else if (fieldOf(document.activeElement)) enter(fieldOf(document.activeElement));
  document.documentElement.dataset.ready = "yes";
  nameKeys();
  day.later();
  new Left(keep, line, part("typed-left"), words, setup.csrf).show((task) => unsent.has(task) || fields.some((field) => field.dataset.task === task));
  keepOffline("/form", (address) => /\/(static|snippet|whole)\//.test(address));
}

/** What was typed or chosen here before this page was loaded stands in the field again. */
async function recall(field) {
  const [draft, choice] = await Promise.all([keep.get("drafts", field.dataset.task), keep.get("drafts", choiceOf(field))]);
  const input = field.querySelector(".text");
  const select = field.querySelector("select");
  if (input && draft !== undefined && input.value === input.defaultValue) input.value = draft;
  for (const radio of field.querySelectorAll("[type=radio]")) radio.checked ||= radio.value === draft;
  if (choice && !select.value) select.value = choice;
}

/** Where the choice of a field is kept, beside what was typed in it. */
function choiceOf(field) {
  return `${field.dataset.task} choice`;
}

/** Keeps on this device what a field says now. */
function keepDraft(field) {
  goesWhenSent = false;
  const { task } = field.dataset;
  const choice = field.querySelector("select").value;
  keep.change(
    ["put", "drafts", task, textOf(field)],
    choice ? ["put", "drafts", choiceOf(field), choice] : ["remove", "drafts", choiceOf(field)],
  );
}

/** Frames a field on its page, with a ruler under its row, and brings it into sight. */
function frame(field) {
  const figure = figures.find((each) => each.dataset.page === field.dataset.page);
  const image = figure.querySelector("img");
  const scale = image.clientWidth / figure.dataset.width;
  const [x0, y0, x1, y1] = field.dataset.box.split(",").map((side) => Number(side) * scale);
  for (const each of figures) each.querySelector(".shapes").replaceChildren();
  const box = shape(image, x0, y0, x1 - x0, y1 - y0, "");
  const ruler = shape(image, 0, y1 + 2, image.clientWidth, 0, "ruler");
  figure.querySelector(".shapes").append(box, ruler);
  figure.scrollTo({ top: y0 - figure.clientHeight / 3, left: x1 > figure.clientWidth ? x0 - figure.clientWidth / 3 : 0 });
}

function shape(image, x, y, width, height, name) {
  const made = document.createElement("div");
  made.className = name;
  Object.assign(made.style, {
    left: `${image.offsetLeft + x}px`,
    top: `${image.offsetTop + y}px`,
    width: `${width}px`,
    height: `${height}px`,
  });
  return made;
}

function fieldOf(element) {
  return element?.closest?.(".line");
}

function enter(field) {
  visited.delete(field); // the last of them is the one in focus
  visited.add(field);
  form.querySelector(".line.last")?.classList.remove("last");
  field.closest(".line")?.classList.add("last"); // its tools stay when a button is pressed: else that would move away
  frame(field);
}

function goTo(field) {
  (field?.querySelector(".text, [type=radio]") ?? form.querySelector("button.main")).focus();
}

function goOn(field) {
  goTo(fields.slice(fields.indexOf(field) + 1).find((each) => !each.disabled));
}

/** The time spent in a field is that field's. */
function spend(field) {
  seconds.set(field, (seconds.get(field) ?? 0) + clock.take());
}

/** Says what looks odd about a field that is left; sending it all the same is recorded. */
async function look(field) {
  const text = textOf(field);
  if (text) await checks.get(field).ask(field.dataset.task, text);
  const faults = text ? (checks.get(field).known(text) ?? []) : [];
  field.querySelector(".doubt").textContent = faults.join(" ");
  field.querySelector("[name^='overrode.']").value = faults.length ? "1" : "";
}

function textOf(field) {
  return (field.querySelector(".text") ?? field.querySelector("[type=radio]:checked"))?.value.trim() ?? "";
}

/** What a field says, to be sent; undefined where it stays open. */
function reading(field) {
  const action = field.querySelector("select").value;
  const text = textOf(field);
  if (field.disabled || !(text || action)) return undefined;
  if (!action && !visited.has(field) && text === field.querySelector(".text")?.defaultValue) return undefined;
  return {
    idem: field.querySelector("[name^='idem.']").value,
    task: field.dataset.task,
    action: action || "send",
    text,
    reason: "other",
    seconds: notTaken.withBefore(field.dataset.task, seconds.get(field) ?? 0),
    overrode: field.querySelector("[name^='overrode.']").value === "1",
    at: Date.now(),
  };
}

/** What was sent is no longer to be typed. */
function done(field) {
  field.disabled = true;
  field.classList.add("done");
}

/** What was refused and may be corrected is typed again in its field, as it was sent. */
function reopen({ task, action, text }) {
  const field = fields.find((each) => each.dataset.task === task);
  if (!field) return;
  goesWhenSent = false;
  seconds.delete(field); // they are kept with what was refused
  field.disabled = false;
  field.classList.remove("done");
  const input = field.querySelector(".text");
  if (input) input.value = text;
  for (const radio of field.querySelectorAll("[type=radio]")) radio.checked = radio.value === text;
  field.querySelector("select").value = action === "send" ? "" : action;
}

/** The first field that looks odd and was sent before that could be said; nothing of a slow line is waited for long. */
async function odditiesUnseen() {
  const unseen = fields.filter((field) => {
    const item = reading(field);
    return item?.action === "send" && item.text && checks.get(field).known(item.text) === undefined;
  });
  if (!unseen.length) return undefined;
  await Promise.race([Promise.all(unseen.map(look)), new Promise((done) => setTimeout(done, CHECK_PATIENCE))]);
  return unseen.find((field) => !field.disabled && checks.get(field).known(textOf(field))?.length);
}

async function send() {
  const odd = await odditiesUnseen();
  if (odd) return goTo(odd);
  const said = fields.map((field) => [field, reading(field)]).filter(([, item]) => item);
  for (const [field, item] of said) {
    done(field);
    unsent.add(item);
    keep.change(["remove", "drafts", choiceOf(field)]);
  }
  const left = said.length ? await unsent.flush(PATIENCE) : 0;
  const again = said.map(([field]) => field).find((field) => !field.disabled); // to be corrected
  if (again) goTo(again);
  else if (!left) away();
  else {
    goesWhenSent = true;
    goTo(fields.find((field) => !field.disabled));
  }
}

/** All is sent and nothing is left here, or nothing was done here since: the next form. */
function onwards() {
  if (!unsent.count && (goesWhenSent || fields.every((field) => field.disabled))) away();
}

/** Goes to the next form, once: a second way there would break off the first. */
function away() {
  if (isGoing) return;
  isGoing = true;
  location.assign(late ? `/form?late=${late}` : "/form"); // it says there what became of what came late
}

/** How much is not sent yet, and whether there is a network. */
function tell() {
  const count = unsent?.count ?? 0;
  part("status").textContent = count ? words.unsent.replace("{count}", count) : words.sent;
  part("status").dataset.count = count;
  document.body.classList.toggle("offline", line.down);
  if (line.down) say(words.offline);
  else if (part("notice").textContent === words.offline) say("");
}

/** Takes back what was sent last, of this form or of another. */
async function takeBack() {
  if (await unsent.flush(PATIENCE)) return say(words.offline);
  try {
    const { task } = await line.get("/work/last");
    if (!task) return say(words.nothing_to_undo);
    const { text } = await line.post(`/work/${task}/undo`, {});
    await keep.change(["remove", "answered", task], ["put", "drafts", task, text]);
    location.assign(`/form?task=${task}`); // its form, whatever else is held
  } catch (error) {
    if (error instanceof NotAccepted) say(words.gone, "/readings");
    else say(words.offline);
  }
}

function say(text, link = null) {
  part("notice").textContent = text;
  if (!link) return;
  const anchor = document.createElement("a");
  anchor.href = link;
  anchor.textContent = " →";
  part("notice").append(anchor);
}

form.addEventListener("focusin", (event) => fieldOf(event.target) && enter(fieldOf(event.target)));
form.addEventListener("focusout", (event) => {
  const field = fieldOf(event.target);
  if (field) spend(field);
  if (field && event.target.matches(".text")) look(field);
});

form.addEventListener("input", (event) => {
  const field = fieldOf(event.target);
  if (field) keepDraft(field);
});

// wherever the focus is: what is said of a field is then of the one that was looked at last
document.addEventListener("keydown", (event) => {
  const letter = chord(event);
  if (isUnmeant(event)) return event.preventDefault();
  const field = fieldOf(event.target) ?? [...visited].filter((each) => !each.disabled).at(-1);
  const option = letter && field?.querySelector(`option[data-key=${letter}], [type=radio][data-key=${letter}]`);
  if (event.key === "Escape") for (const each of document.querySelectorAll(".skip[open], .menu[open]")) each.open = false;
  else if (sendsAll(event)) form.requestSubmit();
  else if (event.key === "Enter" && fieldOf(event.target) && !event.target.matches(".ditto, textarea")) goOn(field);
  else if (letter === "d") ditto(field);
  else if (option) {
    option[option.matches("option") ? "selected" : "checked"] = true;
    keepDraft(field);
    goOn(field);
  } else if (!(letter && press(letter))) return;
  event.preventDefault();
});

// --- line items: arrows go from cell to cell, and what stands in the row above is taken over ---

/** The cell so many rows down and columns across that can be typed in, further on where one cannot; undefined at the edge. */
function neighbour(field, down, across) {
  const cell = field.closest(".grid td");
  if (!cell) return undefined;
  const rows = [...cell.closest("tbody").rows];
  let [row, column] = [rows.indexOf(cell.parentElement), cell.cellIndex];
  for (;;) {
    [row, column] = [row + down, column + across];
    const there = rows[row]?.cells[column];
    if (!there || column < 1) return undefined;
    const found = there.querySelector(".line:not(:disabled)");
    if (found) return found;
  }
}

/** Which way an arrow leads: sideways only from the end of what is typed. */
function wayOf(event) {
  if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return undefined;
  const { selectionStart: start, selectionEnd: end, value } = event.target;
  const isAll = start === 0 && end === value.length;
  if (event.key === "ArrowUp") return [-1, 0];
  if (event.key === "ArrowDown") return [1, 0];
  if (event.key === "ArrowLeft" && (isAll || end === 0)) return [0, -1];
  if (event.key === "ArrowRight" && (isAll || start === value.length)) return [0, 1];
  return undefined;
}

form.addEventListener("keydown", (event) => {
  const way = event.target.matches(".grid .text") && wayOf(event);
  const there = way && neighbour(fieldOf(event.target), ...way);
  if (!there) return;
  event.preventDefault();
  goTo(there);
  there.querySelector(".text")?.select();
});

/** Takes over what was typed in the row above, of the same column. */
function ditto(field) {
  const cell = field?.closest(".grid td");
  const above = cell?.parentElement.previousElementSibling?.cells[cell.cellIndex]?.querySelector(".text");
  const box = field?.querySelector(".text");
  if (!above || !box) return;
  box.value = above.value;
  box.focus();
  box.select();
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

// the focus would make a field larger while its button is pressed, and the finger be lifted beside it
form.addEventListener("mousedown", (event) => {
  if (event.target.matches(".ditto")) event.preventDefault();
});

form.addEventListener("click", (event) => {
  if (event.target.matches(".ditto")) ditto(fieldOf(event.target));
});

// --- a click on the page goes to the field there ---

const NEAR = 12; // pixels of the page around a box that count as in it

for (const figure of figures) {
  figure.addEventListener("click", (event) => {
    const shown = figure.querySelector("img").getBoundingClientRect();
    const scale = figure.dataset.width / shown.width;
    const [x, y] = [(event.clientX - shown.left) * scale, (event.clientY - shown.top) * scale];
    const areaOf = ([x0, y0, x1, y1]) => (x1 - x0) * (y1 - y0);
    const boxOf = (field) => field.dataset.box.split(",").map(Number);
    const under = fields.filter((field) => {
      const [x0, y0, x1, y1] = boxOf(field);
      return !field.disabled && field.dataset.page === figure.dataset.page
        && x > x0 - NEAR && x < x1 + NEAR && y > y0 - NEAR && y < y1 + NEAR;
    });
    const [field] = under.sort((one, other) => areaOf(boxOf(one)) - areaOf(boxOf(other)));
    if (!field) return;
    goTo(field);
    field.scrollIntoView({ block: "center" });
  });
}

/** The time spent on the fields is that of the answer that the paper is another. */
part("not-this-form").addEventListener("submit", () => {
  if (fieldOf(document.activeElement)) spend(fieldOf(document.activeElement));
  const spent = fields.filter((field) => !field.disabled).reduce((sum, field) => sum + (seconds.get(field) ?? 0), clock.take());
  part("not-this-form").elements.seconds.value = spent;
});

part("undo").addEventListener("click", takeBack);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (fieldOf(document.activeElement)) spend(fieldOf(document.activeElement));
  send();
});

setInterval(() => {
  if (!clock.lately(RENEW_EVERY)) return;
  const open = fields.filter((field) => !field.disabled).map((field) => field.dataset.task);
  if (open.length) line.post("/renew", { tasks: open.slice(0, 100) }).catch(() => null);
}, RENEW_EVERY);

leaveSafely(keep, unsent, notTaken, words, setup.has_password);
begin();
