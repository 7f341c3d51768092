// Readings that the server did not take: what was typed stays on this device, and in sight, until it is put away.

// among the drafts, each under a name that no task has: another store could be made only with every other page closed
const KEY = "refused ";
const MOST_SECONDS = 3600; // of one reading, as the server takes it
const BRIEF = 80; // characters of a text that a notice names: a line on a wide page, two on a telephone
const SCROLLS = 200; // characters of a text that may be higher than its place, and is scrolled there

/** What has to be kept of a reading that was refused, in the same step in which it is no longer to be sent. */
export function keepRefused(item, said) {
  const { idem, task, text, seconds, at } = item;
  return ["put", "drafts", KEY + idem, { idem, task, text, seconds, said, at }];
}

/** Whether a reading that was refused with this status may be sent again once it is corrected: its field stays open. */
export function mayBeCorrected(status) {
  return [413, 422].includes(status);
}

export class Refused {
  /** `words`: not_taken, my_readings, put_away. */
  constructor(keep, place, words) {
    this.keep = keep;
    this.place = place;
    this.words = words;
    this.count = 0;
    this.seconds = new Map(); // task -> those of its readings that were refused
  }

  /** Shows all that is kept, the latest first. */
  async show() {
    const kept = (await this.keep.all("drafts")).filter((draft) => draft?.idem).sort((a, b) => b.at - a.at);
    this.count = kept.length;
    this.seconds = new Map(kept.map(({ task, seconds }) => [task, seconds ?? 0]).reverse()); // a later one has those before
    this.place.hidden = !kept.length;
    const list = document.createElement("ul");
    list.append(...kept.map((each) => this.line(each)));
    this.place.replaceChildren(made("p", this.words.not_taken), list);
  }

  /** All the time of a reading: that of what was refused of its field before, too. */
  withBefore(task, seconds) {
    return Math.min(MOST_SECONDS, seconds + (this.seconds.get(task) ?? 0));
  }

  /** A field was read anew, and that was taken: what was refused of it before is over. */
  async isTaken(task) {
    if (!this.count) return;
    const over = (await this.keep.all("drafts")).filter((draft) => draft?.idem && draft.task === task);
    if (!over.length) return;
    await this.keep.change(...over.map(({ idem }) => ["remove", "drafts", KEY + idem]));
    await this.show();
  }

  line({ idem, text, said }) {
    const item = document.createElement("li");
    const link = made("a", this.words.my_readings);
    link.href = "/readings";
    const button = made("button", this.words.put_away);
    button.type = "button";
    button.onclick = async () => {
      await this.keep.change(["remove", "drafts", KEY + idem]);
      await this.show();
    };
    item.append(quoted(text), " ", made("span", said), " ", link, " ", button);
    return item;
  }
}

/** The beginning of a text that was typed, for a notice: the whole stands below, or in its field. */
export function brief(text) {
  const letters = [...text];
  return letters.length > BRIEF ? `${letters.slice(0, BRIEF).join("")}…` : text;
}

/** A text that was typed, the whole of it. */
export function quoted(text) {
  const typed = made("q", text);
  typed.dir = "auto";
  if (text.length > SCROLLS) typed.tabIndex = 0; // keys scroll it too
  return typed;
}

export function made(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
