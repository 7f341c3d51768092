// The next tasks, held and decoded before they are needed.

import { afterPaint } from "./paint.js";

const WITHOUT_LINE = 3_600_000; // ms after its lease that a field may still be worked on: whoever is cut off loses nothing
const MOST_TRIES = 4; // after which a picture counts as lost for this device, as long as there is no line
const PAUSE = 4_000; // ms before asking again where the server had nothing more, or could not be reached

export class Ahead {
  /** `known(task)`: shown or answered already; `ready()` is called when a task is there to be shown. */
  constructor(keep, line, limits, known, ready) {
    this.keep = keep;
    this.line = line;
    this.least = limits.ahead;
    this.most = limits.most;
    this.known = known;
    this.ready = ready;
    this.queue = []; // [{sheet, image, until}]
    this.later = []; // sheets of fields that were taken along: their pictures are on the device, and not decoded yet
    this.preparing = []; // sheets whose pictures are being decoded: they are here too
    this.unready = []; // sheets whose pictures could not be shown: tried again, and still held
    this.tried = 0; // when those were tried last
    this.failures = new Map(); // task -> how often its picture could not be shown
    this.same = false;
    this.unacknowledged = () => 0;
    this.secondsEach = 5;
    this.empty = false;
    this.coming = new Set(); // addresses of pictures that are on their way
  }

  /** How many to hold: enough for the longest outage seen, at the pace of this person. */
  get wanted() {
    return Math.min(this.most, Math.max(this.least, Math.ceil(this.line.longest / Math.max(1, this.secondsEach))));
  }

  /** The next task, or undefined; asks for more in the background. */
  take() {
    this.forgetOver();
    const next = this.queue.shift();
    if (next) afterPaint(() => this.fill());
    else setTimeout(() => this.fill());
    return next;
  }

  putBack(ready) {
    this.queue.unshift(ready);
  }

  drop(tasks) {
    this.queue = this.queue.filter((ready) => !tasks.includes(ready.sheet.task));
    this.preparing = this.preparing.filter((sheet) => !tasks.includes(sheet.task));
    this.later = this.later.filter((sheet) => !tasks.includes(sheet.task));
    this.unready = this.unready.filter((sheet) => !tasks.includes(sheet.task));
  }

  /** What was lent until a time that is over is shown no more, line or none. */
  forgetOver() {
    const before = this.sheets.length;
    this.queue = this.queue.filter((ready) => endOf(ready.sheet) > Date.now());
    this.preparing = this.preparing.filter((sheet) => endOf(sheet) > Date.now());
    this.later = this.later.filter((sheet) => endOf(sheet) > Date.now());
    this.unready = this.unready.filter((sheet) => endOf(sheet) > Date.now());
    return this.sheets.length < before;
  }

  /** How many fields are here beside the one that is shown, or soon will be. */
  get left() {
    return this.sheets.filter(({ task }) => (this.failures.get(task) ?? 0) < MOST_TRIES).length;
  }

  /** All that is here, the next first: what is ready, what soon will be, and what was taken along. */
  get sheets() {
    return [...this.queue.map((ready) => ready.sheet), ...this.preparing, ...this.later, ...this.unready];
  }

  /** Fields that were taken along, to be shown after those that are here. */
  lay(sheets) {
    const here = new Map(this.sheets.map((sheet) => [sheet.task, sheet]));
    for (const { task, along, until } of sheets) if (here.has(task)) Object.assign(here.get(task), { along, until });
    this.later.push(...sheets.filter((sheet) => !here.has(sheet.task) && !this.known(sheet.task)).map(dated));
    return this.fill();
  }

  /** Waits until what was asked for has come, at most so many milliseconds. */
  async settled(patience) {
    const end = Date.now() + patience;
    while (this.filling && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Asks the server for tasks until enough are here. One request at a time. */
  async fill() {
    if (this.filling || this.queue.length >= this.wanted) return;
    clearTimeout(this.timer);
    this.filling = true;
    let before = this.queue.length;
    try {
      await this.tryAgain();
      if (this.later.length) {
        await this.take_in(this.later.splice(0, this.wanted + 1 - this.queue.length));
        return;
      }
      const count = Math.min(100, this.wanted + 1 + this.unacknowledged());
      const { tasks } = await this.line.get(`/work/next?count=${count}${this.same ? "&same=1" : ""}`);
      this.empty = tasks.length === 0;
      await this.take_in(tasks);
    } catch {
      before = this.queue.length;
    } finally {
      this.filling = false;
      this.ready();
    }
    if (this.queue.length < this.wanted && !this.later.length) {
      this.timer = setTimeout(() => this.fill(), this.queue.length > before ? 0 : PAUSE);
    }
  }

  /** A picture that could not be shown, as when the page was just being loaded again: its field stays here. */
  putOff(sheet) {
    this.failures.set(sheet.task, (this.failures.get(sheet.task) ?? 0) + 1);
    this.unready.push(sheet);
  }

  /** Pictures that could not be shown are fetched again, at most once a pause. */
  async tryAgain() {
    if (!this.unready.length || Date.now() - this.tried < PAUSE) return;
    this.tried = Date.now();
    await this.take_in(this.unready.splice(0));
  }

  /** Fetches and decodes the pictures of tasks that are new, in their order. */
  async take_in(sheets) {
    const here = new Set([...this.queue.map((ready) => ready.sheet), ...this.preparing, ...this.unready].map((sheet) => sheet.task));
    const fresh = sheets.filter((sheet) => !here.has(sheet.task) && !this.known(sheet.task)).map(dated);
    for (const sheet of fresh) this.coming.add(sheet.picture);
    this.preparing.push(...fresh);
    const all = fresh.map((sheet) => [sheet, prepared(sheet)]);
    for (const [sheet, coming] of all) {
      const ready = await coming.catch(() => null);
      const isWanted = this.preparing.includes(sheet); // it was not given back meanwhile
      this.preparing = this.preparing.filter((each) => each !== sheet);
      if (isWanted && !this.known(sheet.task)) {
        if (ready) this.queue.push(ready);
        else this.putOff(sheet);
      }
      this.ready();
    }
    for (const sheet of fresh) this.coming.delete(sheet.picture);
  }
}

/** A sheet with the time until when its task is held, by this device's own clock. */
function dated(sheet) {
  sheet.until ??= Date.now() + sheet.left * 1000;
  return sheet;
}

/** Until when a field may be shown: as long as it was lent, and a while longer where it was lent for minutes only. */
export function endOf(sheet) {
  return sheet.until + (sheet.along ? 0 : WITHOUT_LINE);
}

/** A task with its picture decoded: showing it is only putting the picture into the page. */
export async function prepared(sheet) {
  const { until } = dated(sheet);
  const image = new Image();
  image.src = sheet.picture;
  await image.decode();
  return { sheet, image, until };
}
