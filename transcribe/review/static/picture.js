// How the picture is looked at: the writing fills the frame; zoomed, moved, made stronger, inverted, turned; more of the page.

import { LEAST_LETTER, fitted, middle, nearby, rows, within, writing } from "./fitting.js";
import { takeTouches } from "./touch.js";

const STEPS = [0.4, 0.55, 0.75, 1, 1.35, 1.8, 2.5, 3.5, 5];
const AS_IT_FITS = STEPS.indexOf(1);
const MOST_ZOOM = 12; // CSS pixels for one of the picture's, by pinch and wheel
const NUDGE = 60; // CSS pixels that an arrow key moves it
const REMEMBERED = "zoom"; // field -> step, on this device until its person signs out
const MOST_REMEMBERED = 300; // fields
const SHARP_LETTER = 22; // pixels of the screen for small letters of joined handwriting in several lines
const LETTER_OF_LINE = 0.4; // height of a small letter, of its line
const LETTERS_WIDE = 1.1; // a letter with what follows it, in heights of a small letter

export class Picture {
  /** `still`: how the writing of a picture that does not move is laid, see `fitted`; null where it is moved and zoomed. */
  constructor(figure, moreButton, still = null) {
    this.still = still;
    this.figure = figure;
    this.moreButton = moreButton;
    this.turn = 0;
    this.steps = still ? new Map() : remembered();
    this.pointers = new Map();
    this.room = [figure.clientWidth, figure.clientHeight];
    figure.classList.add("fitted");
    new ResizeObserver(() => {
      this.room = [figure.clientWidth, figure.clientHeight];
      this.lay();
    }).observe(figure);
    if (!still) this.listen();
  }

  /** Puts the picture of a task into the page. Contrast and inversion stay; the zoom is that of the field. */
  show(ready, words) {
    this.ready = ready;
    const { sheet } = ready;
    this.views = [sheet.picture, ...sheet.more.map((what) => `/${what}/${sheet.task}`)];
    this.field = `${sheet.title}\n${sheet.label}`;
    this.step = this.steps.get(this.field) ?? AS_IT_FITS;
    this.turn = 0;
    this.image = ready.image;
    this.frame = sheet.frames.snippet;
    this.lines = sheet.lines > 1 ? bands(this.frame, sheet.lines) : [];
    this.line = 0; // the one that is typed
    this.image.alt = words.picture.replace("{label}", sheet.label);
    this.moreButton.hidden = this.views.length < 2;
    this.pressed(false);
    this.lay();
  }

  use(tool) {
    if (tool === "in") this.zoomTo(this.step + 1);
    else if (tool === "out") this.zoomTo(this.step - 1);
    else if (tool === "contrast") this.figure.classList.toggle("strong");
    else if (tool === "invert") this.figure.classList.toggle("inverted");
    else if (tool === "turn") this.turned();
    else if (tool === "more") this.more();
    else return false;
    return true;
  }

  /** Another zoom, kept for this field. */
  zoomTo(step) {
    this.step = Math.min(STEPS.length - 1, Math.max(0, step));
    this.steps.delete(this.field);
    if (this.step !== AS_IT_FITS) this.steps.set(this.field, this.step);
    remember(this.steps);
    this.lay();
  }

  turned() {
    this.turn = (this.turn + 90) % 360;
    this.lay();
  }

  /** The next of: the field, its surroundings, the whole page; as far as the form allows. The field is in sight in each. */
  more() {
    if (this.views.length < 2) return;
    const at = this.views.indexOf(this.image.getAttribute("src"));
    const next = (at + 1) % this.views.length;
    this.pressed(next > 0);
    this.step = next ? AS_IT_FITS : this.steps.get(this.field) ?? AS_IT_FITS;
    if (!next) {
      this.image = this.ready.image;
      this.frame = this.ready.sheet.frames.snippet;
      return this.lay();
    }
    const image = new Image();
    image.alt = this.image.alt;
    image.onload = () => this.image === image && this.lay();
    image.src = this.views[next];
    this.image = image;
    this.frame = this.ready.sheet.frames[this.ready.sheet.more[next - 1]];
    this.lay();
  }

  pressed(yes) {
    this.moreButton.setAttribute("aria-pressed", yes);
  }

  /** The picture's size as it lies, turned or not. */
  get size() {
    const { naturalWidth, naturalHeight } = this.image;
    return this.turn % 180 ? [naturalHeight, naturalWidth] : [naturalWidth, naturalHeight];
  }

  /** Lays the writing into the frame, at the zoom that this field has. */
  lay() {
    if (!this.image?.naturalWidth) return;
    const [width, height] = this.room;
    const written = this.writing();
    const fit = this.fit();
    const factor = STEPS[this.step];
    this.written = written;
    this.zoom = fit.zoom * factor;
    this.pieces = factor === 1 ? fit.pieces : [[written.x0, written.x1]];
    this.follows = factor === 1 && !fit.whole;
    const { x0, x1, y0, y1, field } = written;
    const alone = this.pieces.length === 1;
    this.y = alone ? middle([y0, y1], [field.y0, field.y1], height, this.zoom) : (y0 + y1) / 2;
    this.x = alone ? middle([x0, x1], [field.x0, field.x1], width, this.zoom) : null;
    if (this.isPage) return this.centre();
    if (alone && x1 - x0 > width / this.zoom) this.x = x0 + width / this.zoom / 2; // it begins where the writing does
    if (alone && y1 - y0 > height / this.zoom) this.y = y0 + height / this.zoom / 2;
    this.put();
    if (this.line) this.follow();
  }

  /** Whether more than the field is shown. */
  get isPage() {
    return this.image !== this.ready.image && Boolean(this.frame) && !this.turn;
  }

  /** What is written; its small letters are no larger than seen lines have room for, as lines that touch are measured as one. */
  writing() {
    const written = writing(this.size, this.turn ? null : this.frame);
    const lines = (this.lines.length ? seenLines(this.ready.sheet.frames.snippet) : []).map(([top, foot]) => ((foot - top) / 10_000) * this.size[1]);
    if (lines.length) written.letter = Math.min(written.letter, LETTER_OF_LINE * lines.sort((a, b) => a - b)[lines.length >> 1]);
    return written;
  }

  fit() {
    const written = this.writing();
    if (!this.isPage) return fitted(written, ...this.room, this.still ?? (this.lines.length ? { lines: 1, least: Math.max(LEAST_LETTER, SHARP_LETTER / devicePixelRatio) } : {}));
    return { zoom: nearby(this.size, this.frame, this.room[0]), pieces: [[written.x0, written.x1]], whole: true };
  }

  /** The field in the middle, as far as the page goes. */
  centre() {
    const [x0, y0, x1, y1] = this.frame.map((part, at) => (part / 10_000) * this.size[at % 2]);
    this.x = within((x0 + x1) / 2, this.size[0], this.room[0], this.zoom);
    this.y = within((y0 + y1) / 2, this.size[1], this.room[1], this.zoom);
    this.put();
  }

  /** Puts the pieces into the frame, each with the field's outline. */
  put() {
    const { zoom, pieces } = this;
    const strips = rows(pieces.length, this.room[1]).map(([top, height], at) => {
      const x = pieces.length === 1 && this.x !== null ? this.x : (pieces[at][0] + pieces[at][1]) / 2;
      return this.strip(at, top, height, x, this.y);
    });
    if (this.figure.children.length !== strips.length || strips.some((strip, at) => this.figure.children[at] !== strip)) {
      this.figure.replaceChildren(...strips);
    }
    this.figure.dataset.letter = (this.written.letter * zoom).toFixed(1);
    this.figure.dataset.zoom = zoom.toFixed(2);
  }

  strip(at, top, height, x, y) {
    const { zoom } = this;
    const image = at ? this.image.cloneNode() : this.image;
    const stage = made("stage", image);
    if (this.frame && !this.turn && !this.isPage) stage.append(this.outline(), ...(this.lines.length ? [this.ruler()] : []));
    const [left, above] = [this.room[0] / 2 - x * zoom, height / 2 - y * zoom];
    stage.style.transform = `translate(${left}px, ${above}px) scale(${zoom}) ${this.rotation()}`;
    if (at) image.alt = "";
    const strip = made("strip", stage);
    Object.assign(strip.style, { top: `${top}px`, height: `${height}px` });
    return strip;
  }

  /** A line around the field, as wide on the screen at each zoom. */
  outline() {
    const box = made("outline");
    const [x0, y0, x1, y1] = this.frame;
    const line = 2 / this.zoom;
    Object.assign(box.style, { left: `${x0 / 100}%`, top: `${y0 / 100}%`, width: `${(x1 - x0) / 100}%`, height: `${(y1 - y0) / 100}%`, outlineWidth: `${line}px` });
    return box;
  }

  /** A line under the line of text that is typed. */
  ruler() {
    const rule = made("ruler");
    const [top, foot] = this.lines[this.line];
    Object.assign(rule.style, { top: `${top / 100}%`, height: `${(foot - top) / 100}%`, borderBottomWidth: `${3 / this.zoom}px` });
    return rule;
  }

  rotation() {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    return { 0: "", 90: `translate(${height}px, 0) rotate(90deg)`, 180: `translate(${width}px, ${height}px) rotate(180deg)`, 270: `translate(0, ${width}px) rotate(270deg)` }[this.turn];
  }

  /** Where the text has come to, the picture has too: of several lines the ruler as well. Only writing that does not fit moves. */
  follow(text = this.text ?? "", at = text.length) {
    this.text = text;
    if (!this.written) return;
    const before = text.slice(0, at).split("\n");
    const line = Math.min(before.length, this.lines.length || 1) - 1;
    const isNext = line !== this.line;
    this.line = line;
    if (!this.follows) return isNext && this.put();
    const { x0, x1, y0, y1, letter } = this.written;
    const typed = this.lines.length ? before.at(-1).length : at;
    const all = this.lines.length ? (text.split("\n")[before.length - 1] ?? "").length : text.length;
    const expected = Math.max(all, (x1 - x0) / (LETTERS_WIDE * letter));
    const [halfX, halfY] = this.room.map((side) => side / this.zoom / 2);
    const share = Math.min(1, typed / Math.max(1, expected));
    const [top, foot] = this.lines.length ? this.lines[line].map((part) => (part / 10_000) * this.size[1]) : [y0 + share * (y1 - y0), y0 + share * (y1 - y0)];
    if (x1 - x0 > 2 * halfX) this.x = Math.min(x1 - halfX, Math.max(x0 + halfX, x0 + share * (x1 - x0)));
    else this.x = (x0 + x1) / 2;
    if (y1 - y0 > 2 * halfY) this.y = Math.min(y1 - halfY, Math.max(y0 + halfY, (top + foot) / 2));
    this.put();
  }

  /** Moved by so many CSS pixels, and zoomed around a point of the frame. One piece then, wherever it lies. */
  move(across, down, factor = 1, at = [this.room[0] / 2, this.room[1] / 2]) {
    if (!this.image?.naturalWidth) return;
    const [width, height] = this.room;
    if (this.x === null) this.x = (this.pieces[0][0] + this.pieces[0][1]) / 2;
    this.pieces = [this.pieces[0]];
    this.follows = false;
    const zoom = Math.min(MOST_ZOOM, Math.max(0.05, this.zoom * factor));
    const [beyondX, beyondY] = [at[0] - width / 2, at[1] - height / 2];
    const [fullX, fullY] = this.size;
    this.x = within(this.x + beyondX / this.zoom - beyondX / zoom - across / zoom, fullX, width, zoom);
    this.y = within(this.y + beyondY / this.zoom - beyondY / zoom - down / zoom, fullY, height, zoom);
    this.zoom = zoom;
    this.put();
  }

  /** After a pinch or the wheel, the nearest step is what this field keeps. */
  keepZoom() {
    const factor = this.zoom / this.fit().zoom;
    const near = (step) => Math.abs(Math.log(STEPS[step] / factor));
    this.step = STEPS.reduce((best, _, step) => (near(step) < near(best) ? step : best), 0);
    if (this.image !== this.ready.image) return; // the page's zoom is not the field's
    this.steps.delete(this.field);
    if (this.step !== AS_IT_FITS) this.steps.set(this.field, this.step);
    remember(this.steps);
  }

  listen() {
    const { figure, pointers } = this;
    figure.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the text box
    figure.addEventListener("pointerdown", (event) => {
      figure.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, event);
    });
    figure.addEventListener("pointermove", (event) => this.dragged(event));
    takeTouches(figure);
    for (const end of ["pointerup", "pointercancel"]) {
      figure.addEventListener(end, (event) => {
        pointers.delete(event.pointerId);
        if (this.pinched && !pointers.size) this.keepZoom();
        if (!pointers.size) this.pinched = false;
      });
    }
    figure.addEventListener("dblclick", () => this.zoomTo(AS_IT_FITS));
    figure.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    figure.addEventListener("keydown", (event) => this.key(event));
  }

  dragged(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const other = [...this.pointers.values()].find((each) => each.pointerId !== event.pointerId);
    this.pointers.set(event.pointerId, event);
    if (!other) return this.move(event.clientX - before.clientX, event.clientY - before.clientY);
    const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const { left, top } = this.figure.getBoundingClientRect();
    const middle = [(event.clientX + other.clientX) / 2 - left, (event.clientY + other.clientY) / 2 - top];
    this.pinched = true;
    this.move((event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2, apart(event) / Math.max(1, apart(before)), middle);
  }

  wheeled(event) {
    event.preventDefault();
    const { left, top } = this.figure.getBoundingClientRect();
    this.move(0, 0, Math.exp(-event.deltaY / 400), [event.clientX - left, event.clientY - top]);
    clearTimeout(this.wheel);
    this.wheel = setTimeout(() => this.keepZoom(), 300);
  }

  key(event) {
    const way = { ArrowLeft: [NUDGE, 0], ArrowRight: [-NUDGE, 0], ArrowUp: [0, NUDGE], ArrowDown: [0, -NUDGE] }[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (way) this.move(...way);
    else if (event.key === "+") this.zoomTo(this.step + 1);
    else if (event.key === "-") this.zoomTo(this.step - 1);
    else if (event.key === "0") this.zoomTo(AS_IT_FITS);
    else return;
    event.preventDefault();
  }
}

function made(name, ...children) {
  const element = document.createElement("div");
  element.className = name;
  element.append(...children);
  return element;
}

/** The top and foot of each line, in parts of the picture's height: where a detector saw them, else of one height. */
function bands(frame = [], count) {
  const seen = seenLines(frame);
  if (seen.length) return seen;
  const [top, foot] = [frame[5] ?? 0, frame[7] ?? 10_000];
  return Array.from({ length: count }, (_, at) => [top + (at * (foot - top)) / count, top + ((at + 1) * (foot - top)) / count]);
}

/** The top and foot of each line that a detector saw. */
function seenLines(frame) {
  const seen = frame?.slice(9) ?? [];
  return Array.from({ length: seen.length / 2 }, (_, at) => seen.slice(2 * at, 2 * at + 2));
}

/** The zoom of each field that somebody changed, the latest last. */
function remembered() {
  try {
    return new Map(JSON.parse(localStorage.getItem(REMEMBERED) ?? "[]"));
  } catch {
    return new Map();
  }
}

function remember(steps) {
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify([...steps].slice(-MOST_REMEMBERED)));
  } catch {
    // nothing can be kept here: the zoom holds until the page is left
  }
}
