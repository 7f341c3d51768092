// Readings on their way: kept on the device, sent one after the other, tried again until the server has them.

import { Refused } from "./line.js";
import { afterPaint } from "./paint.js";
import { keepRefused, mayBeCorrected } from "./refused.js";

const FIRST_PAUSE = 1_000; // ms before a failed send is tried again; doubled each time
const LONGEST_PAUSE = 30_000;

export class Unsent {
  /** `told.sent(item, answer)`, `told.refused(item, error)`, `told.changed()`, `told.signedOut()`. */
  constructor(keep, line, told) {
    this.keep = keep;
    this.line = line;
    this.told = told;
    this.items = [];
    this.fresh = new Map(); // idem -> item that the database may not have yet
    this.sending = null;
    this.pause = FIRST_PAUSE;
    addEventListener("online", () => this.now());
  }

  /** Takes up what a page before this one could not send. */
  async load() {
    const kept = new Map((await this.keep.all("unsent")).map((item) => [item.idem, item]));
    const noted = this.noted();
    for (const item of noted) {
      kept.set(item.idem, item);
      this.fresh.set(item.idem, item);
    }
    this.items = [...kept.values()].sort((a, b) => a.at - b.at);
    this.told.changed();
    this.now();
    for (const item of noted) this.settle(item);
  }

  get count() {
    return this.items.length;
  }

  has(task) {
    return this.items.some((item) => item.task === task);
  }

  /** Keeps a reading on the device and sends it when its turn comes. */
  add(item) {
    this.items.push(item);
    this.fresh.set(item.idem, item);
    this.note();
    this.told.changed();
    afterPaint(() => this.settle(item));
  }

  /** Notes at once what the database has not confirmed: a page that is loaded again in this moment loses nothing. */
  note() {
    const all = [...this.fresh.values()];
    try {
      if (all.length) sessionStorage.setItem(this.place, JSON.stringify(all));
      else sessionStorage.removeItem(this.place);
    } catch {
      // nothing can be noted here: the text still stands among the drafts
    }
  }

  forget(idem) {
    if (this.fresh.delete(idem)) this.note();
  }

  /** What a page before this one noted, and the database may have missed. */
  noted() {
    try {
      return JSON.parse(sessionStorage.getItem(this.place) ?? "[]");
    } catch {
      return [];
    }
  }

  get place() {
    return `unsent ${this.keep.person}`;
  }

  async settle(item) {
    if (!this.items.includes(item)) return; // taken back at once
    this.now();
    await this.keep.change(
      ["put", "unsent", item.idem, item],
      ["put", "answered", item.task, { task: item.task, at: item.at }],
      ["remove", "drafts", item.task],
    );
    if (this.keep.database) this.forget(item.idem);
  }

  /** Takes a reading back that is not on its way yet; false where it is too late for that. */
  async withdraw(idem) {
    const at = this.items.findIndex((item) => item.idem === idem);
    if (at < 0 || this.sending === idem) return false;
    const [item] = this.items.splice(at, 1);
    this.forget(idem);
    await this.keep.change(["remove", "unsent", idem], ["remove", "answered", item.task]);
    this.told.changed();
    return true;
  }

  /** Tries at once, whatever pause was going on. */
  now() {
    clearTimeout(this.timer);
    this.timer = null;
    if (!this.sending) this.run();
  }

  /** Waits until everything is sent, at most so many milliseconds; how many are left. */
  async flush(patience) {
    this.now();
    const end = Date.now() + patience;
    while ((this.count || this.sending) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
    return this.count;
  }

  async run() {
    while (this.items.length) {
      const item = this.items[0];
      this.sending = item.idem;
      try {
        const answer = await this.line.post(`/work/${item.task}`, body(item));
        this.pause = FIRST_PAUSE;
        await this.done(item);
        this.told.sent(item, answer);
      } catch (error) {
        if (!(await this.failed(item, error))) break;
      }
    }
    this.sending = null;
  }

  /** Whether to go on with the next at once. */
  async failed(item, error) {
    const status = error instanceof Refused ? error.status : 0;
    if ([404, 409, 413, 422].includes(status)) {
      const kept = item.text ? [keepRefused(item, error.message)] : [];
      await this.done(item, ...kept, ...(mayBeCorrected(status) ? reopened(item) : []));
      this.told.refused(item, error);
      return true;
    }
    if (status === 401 || status === 403) {
      this.told.signedOut();
      return false;
    }
    this.timer = setTimeout(() => this.now(), this.pause);
    this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
    return false;
  }

  async done(item, ...deeds) {
    this.items = this.items.filter((each) => each.idem !== item.idem);
    await this.keep.change(["remove", "unsent", item.idem], ...deeds);
    this.forget(item.idem);
    this.told.changed();
  }
}

/** Its field is not answered any more, and what was typed in it is typed there again. */
function reopened({ task, text }) {
  return [["remove", "answered", task], ...(text ? [["put", "drafts", task, text]] : [])];
}

/** What is sent; `ago` says how long it has waited here, so that it replaces nothing that was read since. */
function body({ idem, action, text, reason, seconds, overrode, at }) {
  return { idem, action, text, reason, seconds, overrode, ago: Math.max(0, (Date.now() - at) / 1000) || 0 };
}
