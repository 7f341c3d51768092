// Readings that the server did not take: what was typed stays on this device, and in sight, until it is put away.

// among the drafts, each under a name that no task has: another store could be made only with every other page closed
const KEY = "refused ";

/** What has to be kept of a reading that was refused, in the same step in which it is no longer to be sent. */
export function keepRefused(item, said) {
  return ["put", "drafts", KEY + item.idem, { idem: item.idem, text: item.text, said, at: item.at }];
}

export class Refused {
  /** `words`: not_taken, my_readings, put_away. */
  constructor(keep, place, words) {
    this.keep = keep;
    this.place = place;
    this.words = words;
    this.count = 0;
  }

  /** Shows all that is kept, the latest first. */
  async show() {
    const kept = (await this.keep.all("drafts")).filter((draft) => draft?.idem).sort((a, b) => b.at - a.at);
    this.count = kept.length;
    this.place.hidden = !kept.length;
    const list = document.createElement("ul");
    list.append(...kept.map((each) => this.line(each)));
    this.place.replaceChildren(made("p", this.words.not_taken), list);
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
    const typed = made("q", text);
    typed.dir = "auto";
    item.append(typed, " ", made("span", said), " ", link, " ", button);
    return item;
  }
}

function made(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
