// Pictures of a new batch: dropped, chosen or photographed, looked at in the browser before they are sent, and then sent
// one by one. What is said of a picture is advice only. Without this file the form sends them all together.
import { adviceOf } from "./advice.js";

const form = document.getElementById("upload");
const words = form.dataset;
const list = document.getElementById("chosen");
const input = document.getElementById("files");
const camera = document.getElementById("camera");
const drop = document.getElementById("drop");
const status = document.getElementById("sending");
const chosen = [];
let isSending = false;

function line(file) {
  const item = document.createElement("li");
  const name = document.createElement("p");
  name.textContent = file.name;
  name.dir = "auto";
  const said = document.createElement("p");
  said.className = "advice";
  const leave = document.createElement("button");
  leave.type = "button";
  leave.className = "quiet";
  leave.textContent = words.remove;
  leave.setAttribute("aria-label", `${words.remove}: ${file.name}`);
  const entry = { file, item, said, leave };
  leave.addEventListener("click", () => {
    chosen.splice(chosen.indexOf(entry), 1);
    item.remove();
    input.required = chosen.length === 0;
    status.textContent = chosen.length && chosen.every((each) => each.said.dataset.state) ? words.ready : "";
    input.focus();
  });
  item.append(name, said, leave);
  list.append(item);
  return entry;
}

async function look(entry) {
  const wrong = entry.file.size === 0 ? "empty" : entry.file.size > Number(words.most) ? "large" : "";
  if (wrong) {
    entry.said.textContent = words[wrong];
    entry.said.dataset.found = wrong;
    return;
  }
  if (!entry.file.type.startsWith("image/")) return;
  let picture;
  try {
    picture = await createImageBitmap(entry.file);
  } catch {
    return; // a kind that this browser cannot show; the server can read it
  }
  const shown = document.createElement("canvas");
  shown.width = 240;
  shown.height = Math.max(1, Math.round((240 * picture.height) / picture.width));
  shown.getContext("2d").drawImage(picture, 0, 0, shown.width, shown.height);
  shown.className = "scan";
  shown.setAttribute("aria-hidden", "true");
  entry.item.prepend(shown);
  const { found, known } = adviceOf(picture);
  picture.close();
  if (entry.said.dataset.state) return; // it was sent meanwhile: what became of it stands there
  entry.said.dataset.found = found.join(" ") || (known ? "good" : "unknown");
  entry.said.textContent = found.length ? [...found.map((code) => words[code]), words.anyway].join(" ") : known ? words.good : "";
}

// All are listed before the first is looked at: whoever sends meanwhile sends all of them.
async function add(files) {
  const entries = files.map(line);
  chosen.push(...entries);
  input.required = chosen.length === 0;
  for (const entry of entries) {
    if (chosen.includes(entry) && !entry.said.dataset.state) await look(entry);
  }
}

async function reason(answer) {
  const isJson = (answer.headers.get("content-type") || "").startsWith("application/json");
  return (isJson && (await answer.json()).reason) || words.failed;
}

async function send(entry) {
  const body = new FormData();
  body.set("csrf", form.elements.csrf.value);
  body.set("name", form.elements.name.value);
  body.set("form", form.elements.form.value);
  body.append("files", entry.file, entry.file.name);
  const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(await reason(answer));
  const [told] = (await answer.json()).files;
  entry.said.textContent = told.words;
  entry.said.dataset.state = told.state;
  delete entry.said.dataset.found; // an advice of before it was sent says nothing of it any more
  if (told.link) {
    const link = document.createElement("a");
    link.href = told.link;
    link.textContent = told.link_words;
    entry.said.append(" ", link);
  }
  entry.leave.remove();
}

form.addEventListener("submit", async (event) => {
  if (!chosen.length) return; // nothing was looked at: the browser sends what it has
  event.preventDefault();
  const button = form.querySelector("button.main");
  button.disabled = true;
  isSending = true;
  let failed = "";
  const tried = new Set();
  const next = () => chosen.find((each) => !tried.has(each) && !each.said.dataset.state); // what is added meanwhile too
  for (let entry = next(); entry; entry = next()) {
    tried.add(entry);
    status.textContent = `${words.sending} ${chosen.indexOf(entry) + 1}/${chosen.length}`;
    try {
      await send(entry);
    } catch (error) {
      failed = error instanceof TypeError ? words.failed : error.message; // a TypeError: no network
      entry.said.textContent = failed;
    }
  }
  button.disabled = false;
  isSending = false;
  const isPart = failed && chosen.some((each) => each.said.dataset.state);
  status.textContent = isPart ? `${failed} ${words.refused}` : failed;
  if (!failed) location.assign(`/desk/batch?${new URLSearchParams({ name: form.elements.name.value, done: "sent" })}`);
});

// Who leaves while pictures are being sent would leave the rest of them behind: the browser asks first.
addEventListener("beforeunload", (event) => { if (isSending) event.preventDefault(); });
input.addEventListener("change", () => { const files = [...input.files]; input.value = ""; add(files); });
camera.addEventListener("change", () => { const files = [...camera.files]; camera.value = ""; add(files); });
for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => { event.preventDefault(); add([...event.dataTransfer.files]); });
document.getElementById("drop-words").hidden = false;
if (matchMedia("(pointer: coarse)").matches) {
  camera.disabled = false;
  document.getElementById("camera-words").hidden = false;
}
