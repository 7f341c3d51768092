// The work page: shows a field, takes what is typed, shows the next at once. Everything slow happens in the background.

import { Along } from "./along.js";
import { Ahead, endOf, prepared } from "./ahead.js";
import { Checks } from "./checks.js";
import { Clock } from "./clock.js";
import { Day } from "./day.js";
import { open } from "./keep.js";
import { leaveSafely } from "./leave.js";
import { Left } from "./left.js";
import { Line, Refused as NotAccepted } from "./line.js";
import { chord, isUnmeant, nameKeys, press, sendsAll } from "./machine.js";
import { keepOffline } from "./offline.js";
import { afterPaint } from "./paint.js";
import { Picture } from "./picture.js";
import { brief, mayBeCorrected, Refused } from "./refused.js";
import { only, takeOver } from "./single.js";
import { Unsent } from "./unsent.js";

const ENDING = 90_000; // ms before a task goes back: then the page says so
const RENEW_EVERY = 60_000;
const LOOK_FIRST = 500; // ms: nobody has seen a picture that is shown for less, so an empty Send asks first
const LONGEST_WAIT = 3_000; // ms for the server to take back what else was held of a paper, or to say what still is
const FIRST = 12; // of the fields that are on this device, those whose pictures are decoded first
const MOST_RENEWED = 100; // tasks in one request
const MOST_BACK = 10; // how many of the last readings can be taken back

const setup = JSON.parse(document.getElementById("setup").textContent);
const words = setup.words;
const part = (id) => document.getElementById(id);
const form = part("task");
document.querySelector(".entry").prepend(part("other").content);
const input = asArea(part("text"));
const mark = part("mark");
const other = part("not-this-form");

const isOldPage = "kept" in document.documentElement.dataset; // from this device: what it says of its field may be over
// this field was asked for, as by taking it back on another page: it is not answered any more
const isAsked = !isOldPage && new URLSearchParams(location.search).get("task") === setup.sheet.task;
const keep = await open(setup.person);
const line = new Line(setup.csrf, tell, () => {
  tellWorker({ wipe: true });
  keep.replace("held", []);
  signedOut();
});
const picture = new Picture(part("picture"), document.querySelector("[data-tool=more]"));
const checks = new Checks(line);
const day = new Day(line, part("day"), document.querySelector(".menu summary .news[data-news]"), (told) => {
  if (told.may_undo) return;
  part("notice").querySelector("button")?.remove(); // decided meanwhile: it is not offered any more
  under = under.filter((each) => each.localName !== "button");
});
const notTaken = new Refused(keep, part("refused"), words);
const left = new Left(keep, line, part("typed-left"), words, setup.csrf);
const clock = new Clock(tell);
const answered = new Set();
const unsent = new Unsent(keep, line, { sent, refused, changed: tell, signedOut });
const ahead = new Ahead(keep, line, setup, known, arrived);
const last = []; // the latest answers, newest at the end: [{ready, text, idem}]
const typed = new Map(); // label -> the text sent last
let current = null;
let clearing = false; // what was held of another paper goes back, or a field has a page of its own: nothing new is shown
let begun = false; // what was held before this page was loaded has been taken in
let warned = null; // the text that a check has warned of
let shownAt = 0; // when the current field was shown
let renewed = Date.now();
let under = []; // what stood in the notice before something passing was said over it
let isOut = false; // what was sent was not taken, as nobody is signed in
let leaving = false; // signing out: nothing is kept on this device any more
document.addEventListener("leaving", () => (leaving = true));

ahead.unacknowledged = () => unsent.count;
ahead.same = setup.same;

async function begin() {
  if (!(await only(elsewhere))) elsewhere();
  for (const { task } of await keep.all("answered")) answered.add(task);
  await unsent.load();
  if (isAsked && !unsent.has(setup.sheet.task)) {
    answered.delete(setup.sheet.task);
    await keep.change(["remove", "answered", setup.sheet.task]);
  }
  await notTaken.show();
  const before = await keep.all("held"); // before anything is shown or asked for: both write anew what is held
  const simple = before.filter((sheet) => isSimple(sheet)); // what has a page of its own may be answered there since
  let held = simple.filter((sheet) => sheet.until === undefined || endOf(sheet) > Date.now());
  const kept = held.find((sheet) => sheet.task === setup.sheet.task); // its time may be longer than the page says
  const theirs = isOldPage ? held : Promise.race([stillHeld(held), later(LONGEST_WAIT).then(() => held)]);
  if (known(setup.sheet.task) || (isOldPage && !kept)) {
    held = await theirs;
    const coming = ahead.take_in(held.slice(0, FIRST));
    next();
    await coming;
  } else {
    const image = part("picture").querySelector("img");
    await image.decode().catch(() => null);
    setup.sheet.until = kept?.until ?? Date.now() + setup.sheet.left * 1000;
    setup.sheet.along = kept?.along;
    const typedBefore = input.defaultValue; // what was taken back, without a draft of it
    await show({ sheet: setup.sheet, image, until: setup.sheet.until });
    if (typedBefore && value() === setup.sheet.prefill) setValue(typedBefore);
    held = await theirs;
    await ahead.take_in(held.slice(0, FIRST).filter((sheet) => sheet.task !== setup.sheet.task));
  }
  begun = true;
  tell();
  ahead.lay(held.slice(FIRST).filter((sheet) => sheet.task !== setup.sheet.task));
  holding();
  document.documentElement.dataset.ready = "yes";
  ahead.fill();
  nameKeys();
  day.later();
  left.show(known).then((gone) => ahead.drop(gone));
  setInterval(second, 1_000);
  keepOffline("/work", (address) => address.includes("/static/") || address.includes("/snippet/"));
}

/** The box as one that takes several lines: the same for all fields, so that the focus and a keyboard stay. */
function asArea(box) {
  if (box.localName === "textarea") return box;
  const area = document.createElement("textarea");
  for (const { name, value } of box.attributes) if (name !== "type" && name !== "value") area.setAttribute(name, value);
  area.defaultValue = box.defaultValue;
  area.value = box.value;
  const isFocused = document.activeElement === box;
  box.replaceWith(area);
  if (isFocused) area.focus({ preventScroll: true });
  return area;
}

function later(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Those of these fields that are this person's still: others were read meanwhile in another window or device, or went back. */
async function stillHeld(held) {
  const gone = new Set();
  for (let from = 0; from < held.length; from += MOST_RENEWED) {
    const tasks = held.slice(from, from + MOST_RENEWED).map((sheet) => sheet.task);
    const answer = await line.post("/drafts", { tasks }).catch(() => ({ gone: [] })); // no line: nobody knows better
    for (const { task } of answer.gone) gone.add(task);
  }
  return held.filter((sheet) => !gone.has(sheet.task));
}

/** The window is looked at again: what was read elsewhere meanwhile is put away, but for what something is typed in. */
async function lookAgain() {
  if (document.visibilityState !== "visible" || !begun || !current || clearing) return;
  const all = [current.sheet, ...ahead.sheets];
  const mine = new Set((await stillHeld(all)).map((sheet) => sheet.task));
  ahead.drop(all.map((sheet) => sheet.task).filter((task) => !mine.has(task)));
  const isGone = current && all[0] === current.sheet && !mine.has(current.sheet.task);
  if (isGone && !clearing && !unsent.has(current.sheet.task) && value() === current.sheet.prefill) next();
  else holding();
}
document.addEventListener("visibilitychange", lookAgain);

/** The work goes on in another window: nothing can be typed here until it is taken over. */
function elsewhere() {
  const dialog = part("elsewhere");
  document.documentElement.dataset.ready = "yes";
  dialog.showModal();
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => dialog.showModal()); // browsers let a second Escape close it all the same
  dialog.querySelector("button").onclick = async () => {
    await takeOver(elsewhere);
    location.reload();
  };
}

function known(task) {
  return answered.has(task) || unsent.has(task) || current?.sheet.task === task;
}

/** Whether a task is answered on this page; others have pages of their own. */
function isSimple(sheet) {
  return ["text", "mark"].includes(sheet.input);
}

/** Where the answer is given: the box, or the first of the two choices. */
function field() {
  return current?.sheet.input === "mark" ? mark.querySelector("input") : input;
}

/** Puts a task into the page. The picture is decoded already; the input stays the same, so a keyboard stays open. */
async function show(ready, text = "") {
  const { sheet } = ready;
  if (!isSimple(sheet)) {
    clearing = true;
    wait();
    await null; // what was answered just now is among what is to be sent: the next page says what looks odd about it
    await unsent.flush(10_000);
    return location.assign(`/work?task=${sheet.task}`);
  }
  current = ready;
  warned = null;
  shownAt = Date.now();
  form.setAttribute("action", `/work/${sheet.task}`); // form.action would be the buttons of that name
  other.setAttribute("action", `/work/${sheet.task}`);
  form.dataset.kind = sheet.kind;
  part("label").firstElementChild.textContent = sheet.label;
  part("title").textContent = [sheet.title, sheet.row && words.row.replace("{row}", sheet.row)].filter(Boolean).join(" · ");
  part("help").textContent = sheet.help;
  part("guide").href = `/guide/${sheet.task}`;
  document.title = `${sheet.label} · fairhand`;
  picture.show(ready, words);
  const isMark = sheet.input === "mark";
  mark.hidden = mark.disabled = !isMark;
  part("blank").hidden = isMark; // "No, empty" says it
  input.hidden = input.disabled = isMark;
  input.inputMode = sheet.input_mode;
  input.lang = sheet.field_language;
  const isLong = sheet.lines > 1;
  input.rows = isLong ? sheet.lines : 1;
  input.wrap = isLong ? "soft" : "off";
  input.enterKeyHint = isLong ? "enter" : "send";
  form.classList.toggle("long", isLong);
  showLetters(isMark ? "" : sheet.letters ?? "");
  doubt("");
  part("prefilled").textContent = sheet.prefill ? words.prefilled : "";
  setValue(text || sheet.prefill);
  const target = isMark ? mark.querySelector("input") : input;
  if (document.activeElement !== target) target.focus({ preventScroll: true }); // focusing costs a layout
  input.readOnly = false;
  document.body.classList.remove("waiting");
  if (part("notice").dataset.about === "waiting") lift();
  checks.start(sheet.task);
  afterPaint(holding);
  if (!text) {
    const draft = lastKeys(sheet.task) ?? (await keep.get("drafts", sheet.task));
    if (draft !== undefined && current === ready && value() === sheet.prefill) setValue(draft);
  }
  if (sheet.prefill && current === ready && value() === sheet.prefill) input.select(); // what is typed takes its place
}

/** The letters of the form's language, to be tapped; the same ones stay from field to field. */
function showLetters(letters) {
  const row = part("letters");
  row.hidden = !letters;
  if (row.dataset.letters === letters) return;
  row.dataset.letters = letters;
  row.replaceChildren(...[...letters].map((letter) => Object.assign(document.createElement("button"), { type: "button", textContent: letter, tabIndex: -1 })));
}

/** The draft as it stood at the last key, where the page was loaded again at once: the database may have missed it. */
function lastKeys(task) {
  const [of, ...text] = (sessionStorage.getItem("draft") ?? "").split("\n");
  return of === task ? text.join("\n") : undefined;
}

function next() {
  const ready = ahead.take();
  if (ready) return show(ready);
  wait();
  tell();
}

/** Nothing is shown that could be answered, until the next is. */
function wait() {
  current = null;
  input.readOnly = true; // still focused, so that a keyboard on the screen stays
  document.body.classList.add("waiting");
}

/** A task has come, or the server had none. */
function arrived() {
  holding();
  if (current || clearing) return;
  if (ahead.queue.length) next();
  else if (ahead.empty && !unsent.count) location.assign("/work");
  else tell();
}

/** What is held is kept too, so that the page can be loaded again without a network. */
function holding() {
  if (!begun) return; // what was held before is not all here yet
  if (leaving) return;
  const all = [...(current ? [current.sheet] : []), ...ahead.sheets];
  keep.replace("held", all.map((sheet) => ({ ...sheet, ends: endOf(sheet) })));
  tellWorker({ only: [...all.map((sheet) => sheet.picture), ...ahead.coming] });
}

function tellWorker(what) {
  navigator.serviceWorker?.controller?.postMessage(what);
}

function value() {
  if (current?.sheet.input === "mark") return mark.querySelector("input:checked")?.value ?? "";
  return input.value.trim();
}

function setValue(text) {
  input.value = current.sheet.input === "mark" ? "" : text;
  for (const radio of mark.querySelectorAll("input")) radio.checked = radio.value === text;
}

function answer(action, reason = "other") {
  if (!current) return;
  const text = value();
  if (action === "send" && !sure(text)) return;
  const blank = action === "send" && text === "";
  const item = {
    idem: random(),
    task: current.sheet.task,
    action: blank ? "blank" : action,
    text,
    reason,
    seconds: notTaken.withBefore(current.sheet.task, clock.take()),
    overrode: action === "send" && !blank && warned === text,
    at: Date.now(),
  };
  under = []; // what was said of the field before is over
  if (!part("notice").dataset.about) say("");
  answered.add(item.task);
  if (action === "send") typed.set(current.sheet.label, text);
  last.push({ ready: current, text, idem: item.idem, action });
  if (last.length > MOST_BACK) last.shift();
  ahead.secondsEach = 0.8 * ahead.secondsEach + 0.2 * item.seconds;
  part("skip").open = false;
  next();
  unsent.add(item);
}

/** What is on the way: the paper is not the form. What else this person held of it goes back before the next is shown. */
async function notThisForm() {
  if (!current) return;
  const what = part("what").value.trim();
  const { task } = current.sheet;
  const item = { idem: random(), task, action: "not_this_form", text: what, reason: "other", seconds: clock.take(), overrode: false, at: Date.now() };
  answered.add(task);
  last.push({ ready: current, text: "", idem: item.idem, action: "skip" });
  if (last.length > MOST_BACK) last.shift();
  part("what").value = "";
  part("other-paper").open = false;
  wait();
  clearing = true;
  unsent.add(item);
  if (!(await unsent.flush(LONGEST_WAIT))) {
    await ahead.settled(LONGEST_WAIT); // what was asked for before may still be coming
    await dropLost(ahead.sheets);
  }
  clearing = false;
  if (ahead.queue.length) next();
  else ahead.fill();
}

/** Asks which of these tasks are still held, puts away the others, and notes how long the rest is. */
async function dropLost(held) {
  for (let from = 0; from < held.length; from += MOST_RENEWED) {
    const some = held.slice(from, from + MOST_RENEWED);
    const answer = await line.post("/renew", { tasks: some.map((sheet) => sheet.task) }).catch(() => null);
    if (!answer) return;
    for (const sheet of some) {
      const seconds = answer.left[sheet.task];
      if (seconds !== undefined) sheet.until = Date.now() + seconds * 1000;
    }
    if (answer.lost.length) ahead.drop(answer.lost);
    holding();
  }
}

/** Whether a text may go: it looks right, or the person has seen why it looks odd and sends it all the same. */
function sure(text) {
  if (warned === text) return true;
  const empty = current.sheet.input === "mark" ? words.empty_mark : words.empty;
  const faults = text ? checks.known(text) : [empty];
  if (!faults?.length) return true;
  if (text || Date.now() - shownAt >= LOOK_FIRST) warned = text;
  doubt(text ? `${faults.join(" ")} ${words.again}` : empty);
  return false;
}

async function takeBack() {
  const back = last.pop();
  if (!back) return takeBackEarlier();
  if (back.action === "skip") return say(words.skipped);
  const at = last.length;
  const later = () => {
    last.splice(at, 0, back); // what was answered meanwhile comes after it
    if (line.down) say(words.offline, null, "offline");
    else say(words.on_its_way);
  };
  if (!(await unsent.withdraw(back.idem))) {
    await unsent.flush(3_000);
    if (unsent.has(back.ready.sheet.task)) return later();
    try {
      const { task } = await line.post(`/work/${back.ready.sheet.task}/undo`, {});
      back.ready.sheet = task;
      back.ready.sheet.until = Date.now() + task.left * 1000;
      await keep.change(["remove", "answered", task.task]);
    } catch (error) {
      if (!(error instanceof NotAccepted)) return later();
      return say(words.gone, "/readings");
    }
  }
  answered.delete(back.ready.sheet.task);
  if (current) ahead.putBack(current);
  await show(back.ready, back.text);
  tellWorker({ keep: [back.ready.sheet.picture] });
}

/** Takes back what a page before this one sent: the server knows what came last. */
async function takeBackEarlier() {
  if (await unsent.flush(3_000)) return say(words.offline, null, "offline");
  try {
    const { task } = await line.get("/work/last");
    if (!task) return say(words.nothing_to_undo);
    const back = await line.post(`/work/${task}/undo`, {});
    await keep.change(["remove", "answered", task]);
    answered.delete(task);
    if (!isSimple(back.task)) return location.assign(`/work?task=${task}`);
    const ready = await prepared(back.task);
    if (current) ahead.putBack(current);
    await show(ready, back.text);
  } catch (error) {
    if (error instanceof NotAccepted) say(words.gone, "/readings");
    else say(words.offline, null, "offline");
  }
}

function sent(item, said) {
  isOut = false;
  notTaken.isTaken(item.task);
  day.later();
  if (said.outcome === "late") say(said.erased ? words.erased : words.late);
  else if (said.faults?.length) sayOdd(said.faults);
  ahead.fill();
}

function refused(item, error) {
  say(`${error.message} ${words.refused.replace("{text}", () => brief(item.text || item.action))}`);
  notTaken.show();
  if (mayBeCorrected(error.status)) comeBack(item);
  ahead.fill();
}

/** The field of a reading that was refused and may be corrected is the next one, with what was typed in it. */
function comeBack(item) {
  answered.delete(item.task);
  const at = last.findIndex(({ idem }) => idem === item.idem);
  if (at < 0) return; // sent by a page before this one: the server still has the field for this person
  ahead.putBack(last.splice(at, 1)[0].ready);
  if (!current) next();
}

/** Every second: the task's time is prolonged while somebody works on it, and its end is announced. */
async function second() {
  if (!current) return;
  if (ahead.forgetOver()) holding();
  const left = current.sheet.until - Date.now();
  if (clock.lately(RENEW_EVERY) && Date.now() - renewed > (left < ENDING ? 5_000 : RENEW_EVERY)) {
    renewed = Date.now();
    await dropLost([current.sheet, ...ahead.sheets]);
    if (part("notice").dataset.about === "ending") lift();
  } else if (left > 0 && left < ENDING && !isOut && !line.down) {
    say(words.ending.replace("{seconds}", Math.ceil(left / 1000)), null, "ending");
  } else if (part("notice").dataset.about === "ending") lift();
}

/** The quiet line at the top: what is not sent yet, whether there is a network, whether the clock runs. */
function tell() {
  const status = part("status");
  const count = unsent?.count ?? 0;
  status.textContent = count ? words.unsent.replace("{count}", count) : words.sent;
  status.dataset.count = count;
  document.body.classList.toggle("offline", line.down);
  const over = line.down && begun && !current && !ahead.left;
  document.body.classList.toggle("over", over);
  part("over").hidden = !over;
  if (over) say("");
  else if (line.down) say(words.offline, null, "offline");
  else if (isOut) say(words.signed_out, "/in", "out");
  else if (clock.state === "asking") say(words.reading, null, "clock");
  else if (clock.state === "stopped") say(words.stopped, null, "clock");
  else if (document.body.classList.contains("waiting") && isFree()) say(words.waiting, null, "waiting");
  else lift();
}

/** Whether nothing is said that somebody has to read first, as why a reading was refused. */
function isFree() {
  return !part("notice").textContent || Boolean(part("notice").dataset.about);
}

function signedOut() {
  isOut = true;
  tell();
}

/** Says something. What has an `about` is passing, as that there is no network: what it is said over comes back. */
function say(text, link = null, about = "") {
  const notice = part("notice");
  if (!about) under = [];
  else if (!notice.dataset.about) under = [...notice.childNodes];
  notice.textContent = text;
  notice.dataset.about = about;
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link;
    anchor.textContent = " →";
    notice.append(anchor);
  }
}

/** What was passing is over: what stood there before is said again. */
function lift() {
  const notice = part("notice");
  if (!notice.dataset.about) return;
  notice.replaceChildren(...under);
  notice.dataset.about = "";
  under = [];
}

/** What was sent looks odd: it can be taken back from here, by touch too, while that is possible. */
function sayOdd(faults) {
  say(`${words.odd.replace("{faults}", faults.join(" "))} `);
  const button = document.createElement("button");
  const key = document.createElement("kbd");
  key.textContent = "Alt U";
  button.type = "button";
  button.append(`${words.take_back} `, key);
  button.onclick = takeBack;
  part("notice").append(button);
  nameKeys();
}

function doubt(text) {
  part("doubt").textContent = text;
  input.setAttribute("aria-invalid", text ? "true" : "false");
}

function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function use(tool) {
  if (tool === "undo") takeBack();
  else if (tool === "repeat" && current) {
    setValue(typed.get(current.sheet.label) ?? "");
    input.dispatchEvent(new Event("input"));
  } else if (current) picture.use(tool);
}

// a tap leaves the focus in the box: the keyboard on the screen stays, and focusing again would cost a layout
document.querySelector(".work").addEventListener("mousedown", (event) => {
  if (event.target.closest("button")) event.preventDefault();
});

// the second click of a double one is of the field before: it says nothing of the one that is shown since
form.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("button[name=action]")) event.preventDefault();
}, { capture: true });

form.addEventListener("submit", (event) => {
  event.preventDefault();
  answer(event.submitter?.value ?? "send", part("reason").value);
});

other.addEventListener("submit", (event) => {
  event.preventDefault();
  notThisForm();
});

part("letters").addEventListener("click", (event) => {
  if (!current || event.target.localName !== "button") return;
  input.setRangeText(event.target.textContent, input.selectionStart, input.selectionEnd, "end");
  input.dispatchEvent(new Event("input"));
  input.focus({ preventScroll: true });
});

// one tap answers a tick: a second one so soon is of the field before, which nobody has seen go
mark.addEventListener("click", (event) => {
  const label = event.detail && event.target.closest("label");
  if (!label || !current) return;
  event.preventDefault();
  if (Date.now() - shownAt < LOOK_FIRST) return;
  setValue(label.querySelector("input").value);
  answer("send");
});

document.querySelector(".tools").addEventListener("click", (event) => {
  const button = event.target.closest("[data-tool]");
  if (!button) return;
  event.preventDefault();
  use(button.dataset.tool);
  if (current?.sheet.input === "text") input.focus({ preventScroll: true });
});

// else holding Enter would send field after field that nobody looked at
addEventListener("keydown", (event) => {
  if (!isUnmeant(event)) return;
  event.preventDefault();
  event.stopPropagation();
}, { capture: true });

document.addEventListener("keydown", (event) => {
  const opened = event.key === "Escape" ? [...document.querySelectorAll(".skip[open], .menu[open]")] : [];
  if (opened.length) {
    for (const each of opened) each.open = false;
    field().focus({ preventScroll: true });
    return event.preventDefault();
  }
  const arrow = event.altKey && { ArrowUp: "in", ArrowDown: "out" }[event.key];
  const ends = event.target === input && event.key === "Enter" && !(current?.sheet.lines > 1) && !event.isComposing;
  const isNowhere = event.target === document.body && !event.altKey && !event.ctrlKey && !event.metaKey;
  if (arrow) use(arrow);
  else if (sendsAll(event) || ends) answer("send");
  else if (isNowhere && event.key === "Enter") answer("send");
  else if (isNowhere && choose(event.key)) field().focus({ preventScroll: true });
  else if (isNowhere && event.key.length === 1) return field().focus({ preventScroll: true }); // what is typed goes into the box
  else if (!(chord(event) && press(chord(event)))) return;
  event.preventDefault();
});

input.addEventListener("input", () => {
  if (!current) return;
  if (!(current.sheet.lines > 1) && input.value.includes("\n")) input.value = input.value.replace(/\s*\n\s*/g, " "); // pasted
  if (part("doubt").textContent) doubt(""); // it was of what stood there before
  warned = null;
  sessionStorage.setItem("draft", `${current.sheet.task}\n${input.value}`);
  keep.change(["put", "drafts", current.sheet.task, input.value]);
  picture.follow(input.value, input.selectionEnd);
  checks.later(input.value.trim());
});

// the picture of a long field goes along with the text
document.addEventListener("selectionchange", () => {
  if (document.activeElement === input) picture.follow(input.value, input.selectionEnd);
});

mark.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Enter") {
    event.preventDefault();
    answer("send");
  } else choose(event.key);
});

/** Chooses by a key whether there is a mark; false where the field is none, or the key says neither. */
function choose(key) {
  const said = { true: "x1yos", false: "0n-" };
  const found = Object.keys(said).find((each) => key.length === 1 && said[each].includes(key.toLowerCase()));
  if (current?.sheet.input !== "mark" || !found) return false;
  setValue(found);
  return true;
}

part("same").addEventListener("change", (event) => {
  ahead.same = event.target.checked;
  input.focus({ preventScroll: true });
});

new Along(part("along"), line, words, {
  back: () => field()?.focus({ preventScroll: true }),
  taken: async (sheets) => {
    const shown = sheets.find((sheet) => sheet.task === current?.sheet.task);
    if (shown) Object.assign(current.sheet, { along: true, until: shown.until });
    await ahead.lay(sheets);
    holding();
    tellWorker({ keep: sheets.map((sheet) => sheet.picture) });
  },
  say: (text) => {
    say(text);
    part("notice").scrollIntoView({ block: "nearest" }); // on a telephone it stands above what was pressed
  },
});

leaveSafely(keep, unsent, notTaken, words, setup.has_password);
begin();
