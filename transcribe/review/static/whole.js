// The whole form: the field in focus is framed on the page with a ruler under it; Enter goes on, drafts are kept.

import { Checks } from "./checks.js";
import { open } from "./keep.js";
import { Line } from "./line.js";

const RENEW_EVERY = 60_000;

const setup = JSON.parse(document.getElementById("setup").textContent);
const form = document.getElementById("lines");
const fields = [...form.querySelectorAll(".line")];
const figures = [...document.querySelectorAll(".picture")];
const line = new Line(setup.csrf, () => document.body.classList.toggle("offline", line.down));
const keep = await open(setup.person);
const checks = new Map(fields.map((field) => [field, new Checks(line)]));
let typedAt = Date.now();

for (const figure of figures) {
  const shapes = document.createElement("div");
  shapes.className = "shapes";
  figure.append(shapes);
}

for (const field of fields) {
  checks.get(field).start(field.dataset.task);
  const draft = await keep.get("drafts", field.dataset.task);
  const input = field.querySelector(".text");
  if (draft && input && !input.value) input.value = draft;
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
  return element.closest?.(".line");
}

function goOn(field) {
  const next = fields[fields.indexOf(field) + 1];
  (next?.querySelector(".text, [type=radio]") ?? form.querySelector("button.main")).focus();
}

/** Says what looks odd about a field that is left; sending it all the same is recorded. */
async function look(field) {
  const text = field.querySelector(".text")?.value.trim() ?? "";
  if (text) await checks.get(field).ask(field.dataset.task, text);
  const faults = text ? (checks.get(field).known(text) ?? []) : [];
  field.querySelector(".doubt").textContent = faults.join(" ");
  field.querySelector("[name^='overrode.']").value = faults.length ? "1" : "";
}

form.addEventListener("focusin", (event) => fieldOf(event.target) && frame(fieldOf(event.target)));
form.addEventListener("focusout", (event) => event.target.matches(".text") && look(fieldOf(event.target)));

form.addEventListener("input", (event) => {
  typedAt = Date.now();
  const field = fieldOf(event.target);
  if (event.target.matches(".text")) keep.change(["put", "drafts", field.dataset.task, event.target.value]);
});

form.addEventListener("keydown", (event) => {
  const field = fieldOf(event.target);
  if (event.key === "Enter" && field) {
    event.preventDefault();
    if (event.ctrlKey) form.requestSubmit();
    else goOn(field);
  } else if (event.altKey && field && event.code.startsWith("Key")) {
    const option = field.querySelector(`[data-key=${event.code.slice(3).toLowerCase()}]`);
    if (!option) return;
    event.preventDefault();
    option.selected = true;
    goOn(field);
  }
});

form.addEventListener("submit", () => {
  for (const field of fields) keep.change(["remove", "drafts", field.dataset.task]);
});

setInterval(() => {
  if (Date.now() - typedAt > RENEW_EVERY) return;
  line.post("/renew", { tasks: fields.map((field) => field.dataset.task).slice(0, 100) }).catch(() => null);
}, RENEW_EVERY);

if (document.activeElement && fieldOf(document.activeElement)) frame(fieldOf(document.activeElement));
document.documentElement.dataset.ready = "yes";
