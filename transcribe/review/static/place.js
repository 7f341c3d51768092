// Marking on a whole page: a frame around a field, or the lines between the rows of a table. By mouse, by finger and by
// keyboard; the page is enlarged and moved. What is marked stands in hidden inputs, in pixels of the page.

import { chord, isUnmeant, nameKeys, press, sendsAll } from "./machine.js";
import { takeTouches } from "./touch.js";

const STEPS = [1, 1.4, 2, 2.8, 4, 5.6, 8]; // of the width of the frame that the page is looked at in
const NEAR_LINE = 12; // pixels of the page: a line as near as this is taken away instead of adding one
const NEAR_CORNER = 22; // CSS pixels around a corner that take hold of it: half of what a finger needs
const LEAST_DRAG = 5; // CSS pixels: less is a click, and draws nothing
const NUDGE = 8; // CSS pixels that an arrow key moves
const FIRST_FRAME = [0.34, 0.1]; // of what is in sight: the frame that the first arrow key makes
const SVG = "http://www.w3.org/2000/svg";

const figure = document.getElementById("picture");
const sheet = figure.querySelector(".sheet-of-paper");
const image = sheet.querySelector("img");
const shapes = sheet.querySelector(".shapes");
const form = document.getElementById("task");
const send = form.querySelector("[value=send]");
const size = [Number(figure.dataset.width), Number(figure.dataset.height)];
const corners = ["x0", "y0", "x1", "y1"].map((name) => form.elements[name]);
const [framed, lined] = [figure.dataset.input === "place", figure.dataset.input === "edges"];
const pointers = new Map();
let step = 0;
let zoom = 1;
let drag = null; // what a pointer does: {corner: [x, y]} that stays, or {grip: [x, y]} of a frame that is moved
let before = null; // the frame as it was before a finger began: two fingers put it back
let cursor = null; // the height that the keyboard has come to

/** Where on the page, in its pixels, a pointer is. */
function spot(event) {
  const shown = image.getBoundingClientRect();
  return [(event.clientX - shown.left) / shown.width, (event.clientY - shown.top) / shown.height].map((part, at) =>
    Math.round(Math.min(1, Math.max(0, part)) * size[at]),
  );
}

/** CSS pixels for one of the page's. */
function scale() {
  return image.getBoundingClientRect().width / size[0];
}

function frame() {
  return corners.every((each) => each.value) ? corners.map((each) => Number(each.value)) : null;
}

function setFrame(box) {
  corners.forEach((input, at) => (input.value = box ? Math.round(box[at]) : ""));
  draw();
}

function between([ax, ay], [bx, by]) {
  return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
}

function lines() {
  return form.elements.edges.value.split(",").filter(Boolean).map(Number);
}

function toggle(y) {
  const old = lines();
  const rest = old.filter((line) => Math.abs(line - y) > NEAR_LINE);
  if (rest.length === old.length) rest.push(Math.round(y));
  form.elements.edges.value = rest.sort((a, b) => a - b).join(",");
  draw();
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Draws what is marked. */
function draw() {
  if (!shapes) return;
  const made = [];
  const box = framed && frame();
  if (box) {
    const [x0, y0, x1, y1] = box;
    const radius = 6 / scale();
    made.push(shape("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }));
    for (const [x, y] of [[x0, y0], [x1, y0], [x0, y1], [x1, y1]]) made.push(shape("circle", { cx: x, cy: y, r: radius }));
  }
  if (lined) {
    made.push(...lines().map((y) => shape("path", { d: `M0 ${y}h${size[0]}` })));
    if (cursor !== null) made.push(shape("path", { d: `M0 ${cursor}h${size[0]}`, class: "cursor" }));
  }
  shapes.replaceChildren(...made);
}

/** Enlarges so that the point under `at` (CSS pixels of the frame) stays where it is. */
function zoomTo(factor, at = [figure.clientWidth / 2, figure.clientHeight / 2]) {
  const next = Math.min(STEPS.at(-1), Math.max(1, factor));
  const [x, y] = [(figure.scrollLeft + at[0]) / zoom, (figure.scrollTop + at[1]) / zoom];
  zoom = next;
  sheet.style.width = `${zoom * 100}%`;
  figure.scrollTo(x * zoom - at[0], y * zoom - at[1]);
  step = STEPS.reduce((best, each, index) => (Math.abs(each - zoom) < Math.abs(STEPS[best] - zoom) ? index : best), 0);
  figure.dataset.zoom = zoom.toFixed(2);
  draw();
}

function use(tool) {
  const next = STEPS[Math.min(STEPS.length - 1, Math.max(0, step + { in: 1, out: -1 }[tool]))];
  const box = framed && frame();
  if (!box) return zoomTo(next);
  zoomTo(next);
  bringIntoSight([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]);
}

/** Scrolls as little as is needed to see a point of the page, or to its middle where it is far away. */
function bringIntoSight([x, y]) {
  const factor = scale();
  const [left, top] = [image.offsetLeft + x * factor, image.offsetTop + y * factor];
  const isSeen = (at, from, length) => at > from + 20 && at < from + length - 20;
  if (!isSeen(left, figure.scrollLeft, figure.clientWidth)) figure.scrollLeft = left - figure.clientWidth / 2;
  if (!isSeen(top, figure.scrollTop, figure.clientHeight)) figure.scrollTop = top - figure.clientHeight / 2;
}

/** What is in sight, in pixels of the page. */
function inSight() {
  const factor = scale();
  const [x, y] = [(figure.scrollLeft - image.offsetLeft) / factor, (figure.scrollTop - image.offsetTop) / factor];
  return [x, y, x + figure.clientWidth / factor, y + figure.clientHeight / factor].map((part, at) =>
    Math.min(size[at % 2], Math.max(0, part)),
  );
}

// --- by mouse and finger ---

function begin(event) {
  const at = spot(event);
  const box = frame();
  before = box;
  drag = { from: [event.clientX, event.clientY], corner: at };
  if (!box) return;
  const near = NEAR_CORNER / scale();
  const grips = [[0, 1], [2, 1], [0, 3], [2, 3]].map(([x, y]) => [box[x], box[y], box[2 - x], box[4 - y]]);
  const held = grips.find(([x, y]) => Math.hypot(at[0] - x, at[1] - y) < near);
  if (held) drag = { corner: [held[2], held[3]] };
  else if (at[0] > box[0] && at[0] < box[2] && at[1] > box[1] && at[1] < box[3]) drag = { grip: at };
}

function dragTo(event) {
  const at = spot(event);
  if (drag.grip) return shift(at[0] - drag.grip[0], at[1] - drag.grip[1], (drag.grip = at));
  if (drag.from && Math.hypot(event.clientX - drag.from[0], event.clientY - drag.from[1]) < LEAST_DRAG) return;
  drag.from = null;
  setFrame(between(drag.corner, at));
}

/** Moves the frame, as far as the page goes. */
function shift(across, down) {
  const [x0, y0, x1, y1] = frame();
  const [dx, dy] = [Math.min(size[0] - x1, Math.max(-x0, across)), Math.min(size[1] - y1, Math.max(-y0, down))];
  setFrame([x0 + dx, y0 + dy, x1 + dx, y1 + dy]);
}

/** Two fingers move the page and enlarge it. */
function pinch(event, old) {
  const other = [...pointers.values()].find((each) => each.pointerId !== event.pointerId);
  const apart = (one) => Math.max(1, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY));
  const { left, top } = figure.getBoundingClientRect();
  const middle = [(event.clientX + other.clientX) / 2 - left, (event.clientY + other.clientY) / 2 - top];
  zoomTo((zoom * apart(event)) / apart(old), middle);
  figure.scrollBy((old.clientX - event.clientX) / 2, (old.clientY - event.clientY) / 2);
}

figure.addEventListener("pointerdown", (event) => {
  if (event.pointerType === "mouse" && (event.button || event.offsetX > figure.clientWidth && event.target === figure)) return;
  pointers.set(event.pointerId, event);
  figure.setPointerCapture(event.pointerId);
  if (pointers.size === 1 && framed) begin(event);
  else if (pointers.size === 1) drag = { from: [event.clientX, event.clientY] };
  else {
    drag = null;
    if (framed) setFrame(before);
  }
});

figure.addEventListener("pointermove", (event) => {
  const old = pointers.get(event.pointerId);
  if (!old) return;
  pointers.set(event.pointerId, event);
  if (pointers.size > 1) pinch(event, old);
  else if (framed && drag) dragTo(event);
  else if (drag) figure.scrollBy(old.clientX - event.clientX, old.clientY - event.clientY);
});

for (const end of ["pointerup", "pointercancel"]) {
  figure.addEventListener(end, (event) => {
    if (!pointers.delete(event.pointerId) || !drag) return;
    const isClick = drag.from && Math.hypot(event.clientX - drag.from[0], event.clientY - drag.from[1]) < LEAST_DRAG;
    if (lined && isClick && end === "pointerup") toggle(spot(event)[1]);
    else if (framed && frame() && String(frame()) !== String(before)) form.elements.text.focus({ preventScroll: true });
    drag = null;
  });
}

figure.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return; // it scrolls; with Ctrl, or two fingers on a pad, it enlarges
  event.preventDefault();
  const { left, top } = figure.getBoundingClientRect();
  zoomTo(zoom * Math.exp(-event.deltaY / 300), [event.clientX - left, event.clientY - top]);
}, { passive: false });

if (framed || lined) takeTouches(figure); // a page that is only looked at is scrolled by the browser

image.addEventListener("dragstart", (event) => event.preventDefault());

// --- by keyboard ---

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function arrow([across, down], isSize) {
  const by = NUDGE / scale();
  if (lined) {
    const [, top, , foot] = inSight();
    cursor = cursor === null ? (top + foot) / 2 : Math.min(size[1], Math.max(0, cursor + down * by));
    draw();
    return bringIntoSight([(inSight()[0] + inSight()[2]) / 2, cursor]);
  }
  const box = frame();
  if (!box) {
    const [x0, y0, x1, y1] = inSight();
    const [halfX, halfY] = [((x1 - x0) * FIRST_FRAME[0]) / 2, ((y1 - y0) * FIRST_FRAME[1]) / 2];
    return setFrame([(x0 + x1) / 2 - halfX, (y0 + y1) / 2 - halfY, (x0 + x1) / 2 + halfX, (y0 + y1) / 2 + halfY]);
  }
  if (isSize) {
    const [x0, y0, x1, y1] = box;
    setFrame([x0, y0, Math.min(size[0], Math.max(x0 + by, x1 + across * by)), Math.min(size[1], Math.max(y0 + by, y1 + down * by))]);
  } else shift(across * by, down * by);
  const [x0, y0, x1, y1] = frame();
  bringIntoSight([across > 0 ? x1 : across < 0 ? x0 : (x0 + x1) / 2, down > 0 ? y1 : down < 0 ? y0 : (y0 + y1) / 2]);
}

figure.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target !== figure) return;
  if (ARROWS[event.key] && (framed || lined)) arrow(ARROWS[event.key], event.shiftKey);
  else if (event.key === "+" || event.key === "=") use("in");
  else if (event.key === "-") use("out");
  else if (event.key === "0") zoomTo(1);
  else if (event.key === " " && lined && cursor !== null) toggle(cursor);
  else if (["Delete", "Backspace"].includes(event.key) && framed) setFrame(null);
  else if (event.key === "Enter" && !event.repeat) (framed ? form.elements.text : send).focus();
  else return;
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (isUnmeant(event)) return event.preventDefault();
  if (event.key === "Escape") for (const each of document.querySelectorAll(".skip[open], .menu[open]")) each.open = false;
  else if (sendsAll(event)) form.requestSubmit(send);
  else if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) use(event.key === "ArrowUp" ? "in" : "out");
  else if (!(chord(event) && press(chord(event)))) return;
  event.preventDefault();
});

document.querySelector(".tools").addEventListener("click", (event) => {
  const tool = event.target.closest("[data-tool]")?.dataset.tool;
  if (tool) use(tool);
});

for (const radio of document.querySelectorAll("input[name=turn]")) {
  radio.addEventListener("change", () => (image.dataset.turn = radio.value));
}

new ResizeObserver(draw).observe(image);
nameKeys();
draw();
document.documentElement.dataset.ready = "yes";
