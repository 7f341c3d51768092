// The page of a draft: fields and tables are drawn, moved and resized over the page, by pointer, finger or keyboard. What is
// drawn is written into the plain fields of the form, which alone are sent. Without this file they are filled in by hand.
import { entryOf, fresh, filled, isGone, place, putPlace, put, titleOf, value } from "./draft_entries.js";

const SVG = "http://www.w3.org/2000/svg";
const form = document.getElementById("draft");
const words = form.dataset;
const canvas = document.getElementById("canvas");
const pages = [...document.querySelectorAll("#canvas svg")];
const status = document.getElementById("drawing-status");
const unsaved = document.getElementById("unsaved");
const tools = { field: document.getElementById("draw-field"), table: document.getElementById("draw-table") };
const takeOut = document.getElementById("take-out");
const SMALLEST = 6;
const HANDLES = [["x0", "y0"], ["x1", "y0"], ["x0", "y1"], ["x1", "y1"], ["", "y0"], ["", "y1"], ["x0", ""], ["x1", ""]];
let chosen = null;
let drawing = "";
let isChanged = false;

function made(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, said] of Object.entries(attributes)) element.setAttribute(key, said);
  parent?.append(element);
  return element;
}

const sizeOf = (svg) => ({ width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height });
const pageOf = (svg) => Number(svg.dataset.page);
const unitOf = (svg) => sizeOf(svg).width / Math.max(1, svg.getBoundingClientRect().width);
const drawnEntries = () => [...form.querySelectorAll("[data-entry=table], [data-entry=field]")];

function pointOn(svg, event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const { width, height } = sizeOf(svg);
  return { x: Math.round(Math.min(width, Math.max(0, at.x))), y: Math.round(Math.min(height, Math.max(0, at.y))) };
}

function changed() {
  isChanged = true;
  unsaved.textContent = unsaved.dataset.unsaved;
}

// --- drawing ----------------------------------------------------------------------------------------------------------

function rectangle(box, attributes, parent) {
  return made("rect", { x: box.x0, y: box.y0, width: Math.max(1, box.x1 - box.x0), height: Math.max(1, box.y1 - box.y0), ...attributes }, parent);
}

function drawEntry(svg, entry) {
  const box = place(entry);
  if (!box || isGone(entry) || Number(value(entry, "page") || 1) !== pageOf(svg)) return;
  const kind = entry.dataset.entry;
  const isChosen = entry === chosen;
  const type = kind === "table" ? words.table : entry.querySelector("select[data-key=type]").selectedOptions[0].textContent;
  const group = made("g", { class: `drawn-entry${isChosen ? " chosen" : ""}`, "data-for": entry.dataset.id, tabindex: 0, role: "button", "aria-pressed": isChosen, "aria-label": `${titleOf(entry)}, ${type}. ${isChosen ? words.moved : ""}` }, svg);
  const look = kind === "table" ? "cell" : value(entry, "personal") === "payment" ? "payment" : "field";
  rectangle(box, { class: `box ${look}` }, group);
  made("title", {}, group).textContent = titleOf(entry);
  if (kind === "table") drawTable(svg, entry, box, group);
  if (isChosen) drawHandles(svg, box, group);
}

function drawTable(svg, entry, box, group) {
  const rows = Number(value(entry, "rows")) || 0;
  for (let row = 1; row < rows; row += 1) {
    const y = box.y0 + ((box.y1 - box.y0) * row) / rows;
    made("line", { class: "inside", x1: box.x0, x2: box.x1, y1: y, y2: y }, group);
  }
  const width = 12 * unitOf(svg);
  for (const column of filled(entry, "column")) {
    const [x0, x1] = [Number(value(column, "x0")), Number(value(column, "x1"))];
    for (const x of [x0, x1]) made("line", { class: "inside", x1: x, x2: x, y1: box.y0, y2: box.y1 }, group);
    if (entry === chosen && x1 < box.x1 - 2) made("rect", { class: "edge", "data-edge": column.dataset.id, x: x1 - width / 2, y: box.y0, width, height: box.y1 - box.y0 }, group);
  }
}

function drawHandles(svg, box, group) {
  const side = (matchMedia("(pointer: coarse)").matches ? 22 : 11) * unitOf(svg);
  for (const [across, down] of HANDLES) {
    const x = across ? box[across] : (box.x0 + box.x1) / 2;
    const y = down ? box[down] : (box.y0 + box.y1) / 2;
    made("rect", { class: "handle", "data-across": across, "data-down": down, x: x - side / 2, y: y - side / 2, width: side, height: side }, group);
  }
}

function draw() {
  const focused = document.activeElement?.dataset?.for;
  for (const svg of pages) {
    for (const each of [...svg.children]) if (each.tagName !== "image") each.remove();
    for (const entry of drawnEntries()) drawEntry(svg, entry);
    const top = svg.querySelector(".chosen");
    if (top) svg.append(top);
  }
  if (focused) canvas.querySelector(`[data-for="${focused}"]`)?.focus({ preventScroll: true });
  takeOut.disabled = chosen === null;
}

function choose(entry, { opens = true } = {}) {
  if (entry === chosen) return;
  chosen?.classList.remove("chosen");
  chosen = entry;
  if (entry) {
    entry.classList.add("chosen");
    if (opens) {
      for (const each of drawnEntries()) if (each !== entry) each.open = false;
      entry.open = true;
      if (matchMedia("(min-width: 60rem)").matches) entry.scrollIntoView({ block: "nearest" });
    }
  }
  draw();
}

// --- pointer ----------------------------------------------------------------------------------------------------------

function moved(svg, from, box, kind, across, down) {
  const { width, height } = sizeOf(svg);
  return (at) => {
    const [dx, dy] = [at.x - from.x, at.y - from.y];
    const next = { ...box };
    if (kind === "move") {
      const [x, y] = [Math.min(width - box.x1, Math.max(-box.x0, dx)), Math.min(height - box.y1, Math.max(-box.y0, dy))];
      return { x0: box.x0 + x, x1: box.x1 + x, y0: box.y0 + y, y1: box.y1 + y };
    }
    if (across === "x0") next.x0 = Math.min(box.x1 - SMALLEST, box.x0 + dx);
    if (across === "x1") next.x1 = Math.max(box.x0 + SMALLEST, box.x1 + dx);
    if (down === "y0") next.y0 = Math.min(box.y1 - SMALLEST, box.y0 + dy);
    if (down === "y1") next.y1 = Math.max(box.y0 + SMALLEST, box.y1 + dy);
    return { x0: Math.max(0, next.x0), y0: Math.max(0, next.y0), x1: Math.min(width, next.x1), y1: Math.min(height, next.y1) };
  };
}

let isFollowed = false; // whether a pointer draws, moves or resizes something

function follow(svg, event, onMove, onEnd) {
  event.preventDefault();
  isFollowed = true;
  svg.setPointerCapture(event.pointerId);
  const move = (next) => onMove(pointOn(svg, next));
  const end = (last) => {
    isFollowed = false;
    svg.removeEventListener("pointermove", move);
    svg.removeEventListener("pointerup", end);
    svg.removeEventListener("pointercancel", end);
    onEnd(pointOn(svg, last), last.type === "pointercancel");
  };
  svg.addEventListener("pointermove", move);
  svg.addEventListener("pointerup", end);
  svg.addEventListener("pointercancel", end);
}

function drawNew(svg, event) {
  const from = pointOn(svg, event);
  const sketch = rectangle({ x0: from.x, y0: from.y, x1: from.x, y1: from.y }, { class: "box sketch" }, svg);
  const boxTo = (at) => ({ x0: Math.min(from.x, at.x), y0: Math.min(from.y, at.y), x1: Math.max(from.x, at.x), y1: Math.max(from.y, at.y) });
  follow(svg, event, (at) => {
    const box = boxTo(at);
    for (const [key, said] of [["x", box.x0], ["y", box.y0], ["width", box.x1 - box.x0], ["height", box.y1 - box.y0]]) sketch.setAttribute(key, said);
  }, (at, isCancelled) => {
    sketch.remove();
    const box = boxTo(at);
    if (!isCancelled && box.x1 - box.x0 >= SMALLEST && box.y1 - box.y0 >= SMALLEST) add(drawing, pageOf(svg), box);
  });
}

function grab(svg, event) {
  const group = event.target.closest(".drawn-entry");
  if (!group) {
    if (event.pointerType !== "touch") choose(null);
    return;
  }
  const entry = entryOf(form, group.dataset.for);
  const edge = event.target.dataset.edge;
  const isHandle = event.target.classList.contains("handle");
  if (event.pointerType === "touch" && entry !== chosen) return; // a finger scrolls; a tap chooses, see below
  const { across, down } = event.target.dataset;
  const before = place(entry);
  choose(entry);
  let isMoved = false;
  const step = edge ? null : moved(svg, pointOn(svg, event), before, isHandle ? "resize" : "move", across, down);
  follow(svg, event, (at) => {
    isMoved = true;
    if (edge) moveEdge(entry, entryOf(form, edge), at.x);
    else movePlace(entry, step(at));
    draw();
  }, () => { if (isMoved) changed(); });
}

function movePlace(entry, box) {
  const before = place(entry);
  putPlace(entry, box);
  if (entry.dataset.entry !== "table" || !before) return;
  const scale = (box.x1 - box.x0) / Math.max(1, before.x1 - before.x0);
  for (const column of filled(entry, "column")) {
    for (const key of ["x0", "x1"]) put(column, key, Math.round(box.x0 + (Number(value(column, key)) - before.x0) * scale));
  }
}

function moveEdge(table, column, x) {
  const before = Number(value(column, "x1"));
  const next = filled(table, "column").find((each) => each !== column && Math.abs(Number(value(each, "x0")) - before) <= 6);
  const least = Number(value(column, "x0")) + SMALLEST;
  const most = next ? Number(value(next, "x1")) - SMALLEST : place(table).x1;
  const at = Math.min(most, Math.max(least, x));
  put(column, "x1", at);
  if (next) put(next, "x0", at);
}

// --- what is added and taken out --------------------------------------------------------------------------------------

function add(kind, page, box) {
  const entry = fresh(form, kind);
  put(entry, "page", page);
  putPlace(entry, box);
  if (kind === "table") {
    put(entry, "rows", Math.max(2, Math.round((box.y1 - box.y0) / 60)));
    const width = (box.x1 - box.x0) / 3;
    for (let number = 0; number < 3; number += 1) {
      const column = fresh(entry, "column");
      put(column, "x0", Math.round(box.x0 + number * width));
      put(column, "x1", Math.round(box.x0 + (number + 1) * width));
      put(column, "name", `${words.column.toLowerCase().normalize("NFKD").replace(/[^a-z]/g, "")}_${number + 1}`);
    }
  }
  draws("");
  changed();
  choose(entry);
  entry.querySelector("[data-key=label], [data-key=name]").focus();
}

function draws(kind) {
  drawing = kind;
  for (const [each, button] of Object.entries(tools)) button.setAttribute("aria-pressed", String(each === kind));
  canvas.classList.toggle("draws", kind !== "");
  status.textContent = kind ? words.drawing : "";
}

function inTheMiddle(kind) {
  const seen = canvas.getBoundingClientRect();
  const svg = pages.find((each) => each.getBoundingClientRect().bottom > Math.max(0, seen.top) + 40) ?? pages[0];
  const { width, height } = sizeOf(svg);
  const at = pointOn(svg, { clientX: seen.left + seen.width / 2, clientY: Math.max(seen.top, 0) + Math.min(seen.height, innerHeight) / 2 });
  const [wide, high] = kind === "table" ? [width * 0.6, height * 0.2] : [width * 0.3, height * 0.03];
  const [x0, y0] = [Math.min(width - wide, Math.max(0, at.x - wide / 2)), Math.min(height - high, Math.max(0, at.y - high / 2))];
  add(kind, pageOf(svg), { x0: Math.round(x0), y0: Math.round(y0), x1: Math.round(x0 + wide), y1: Math.round(y0 + high) });
  canvas.querySelector(".chosen")?.focus();
}

function remove(entry) {
  entry.querySelector("[data-key=gone]").checked = true;
  for (const each of entry.querySelectorAll("[data-key=gone]")) each.closest("label").hidden = false;
  entry.classList.add("is-gone");
  changed();
  choose(null);
}

function nudge(entry, event) {
  const by = event.repeat ? 6 : 2;
  const across = { ArrowLeft: -by, ArrowRight: by }[event.key] ?? 0;
  const down = { ArrowUp: -by, ArrowDown: by }[event.key] ?? 0;
  const svg = pages.find((each) => pageOf(each) === Number(value(entry, "page") || 1));
  const step = moved(svg, { x: 0, y: 0 }, place(entry), event.shiftKey ? "resize" : "move", "x1", "y1");
  movePlace(entry, step({ x: across, y: down }));
  changed();
  draw();
}

// --- what listens -----------------------------------------------------------------------------------------------------

for (const svg of pages) {
  // lifted while it moves, a finger would let the page glide on unseen, and the next tap would only stop that
  svg.addEventListener("touchmove", (event) => isFollowed && event.cancelable && event.preventDefault(), { passive: false });
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (drawing) drawNew(svg, event);
    else grab(svg, event);
  });
  svg.addEventListener("click", (event) => {
    const group = event.target.closest(".drawn-entry");
    if (group && !drawing) choose(entryOf(form, group.dataset.for));
  });
  svg.addEventListener("keydown", (event) => {
    const group = event.target.closest(".drawn-entry");
    if (!group || event.altKey || event.ctrlKey || event.metaKey) return;
    const entry = entryOf(form, group.dataset.for);
    if (event.key.startsWith("Arrow")) { choose(entry); nudge(entry, event); }
    else if (event.key === "Enter" || event.key === " ") { choose(entry); entry.open = true; entry.querySelector("[data-key=label], [data-key=name]").focus(); }
    else if (event.key === "Delete" || event.key === "Backspace") remove(entry);
    else if (event.key === "Escape") choose(null);
    else return;
    event.preventDefault();
  });
}
for (const [kind, button] of Object.entries(tools)) {
  button.addEventListener("click", (event) => {
    if (event.detail === 0) inTheMiddle(kind); // pressed by a key: it is put in the middle, and moved by keys
    else draws(drawing === kind ? "" : kind);
  });
}
addEventListener("keydown", (event) => { if (event.key === "Escape" && drawing) draws(""); });
takeOut.addEventListener("click", () => { if (chosen) remove(chosen); });
const sizes = [...Array(5).keys()];
function zoom(by) {
  const now = Number(canvas.dataset.zoom ?? 0);
  canvas.dataset.zoom = String(sizes[Math.min(sizes.length - 1, Math.max(0, now + by))]);
  draw();
  canvas.querySelector(".chosen")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
document.getElementById("larger").addEventListener("click", () => zoom(1));
document.getElementById("smaller").addEventListener("click", () => zoom(-1));
form.addEventListener("input", (event) => {
  changed();
  const entry = event.target.closest("[data-entry=field], [data-entry=table]");
  const own = event.target.closest("[data-entry]");
  if (own) own.classList.toggle("is-gone", isGone(own));
  if (entry) draw();
});
form.addEventListener("focusin", (event) => {
  const entry = event.target.closest("[data-entry=field], [data-entry=table]");
  if (entry && place(entry) && !event.target.closest("svg")) choose(entry, { opens: false });
});
form.addEventListener("toggle", (event) => {
  const entry = event.target;
  if (entry.open && drawnEntries().includes(entry) && place(entry)) choose(entry, { opens: false });
}, true);
form.addEventListener("submit", () => { isChanged = false; });
for (const other of document.querySelectorAll("main form:not(#draft)")) {
  other.addEventListener("submit", (event) => {
    if (!isChanged) return;
    event.preventDefault();
    unsaved.closest(".saving").querySelector("button").focus();
  });
}
addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
addEventListener("resize", draw);
document.getElementById("tools").hidden = false;
draw();
