// What somebody typed and did not send, of fields that are no longer theirs: in sight, to be sent all the same or put away.

import { made, quoted } from "./refused.js";

const MOST = 100; // tasks in one request

export class Left {
  /** `words`: left, left_gone, left_erased, left_read, send_left, put_away, row; `csrf` is of the form that sends. */
  constructor(keep, line, place, words, csrf) {
    Object.assign(this, { keep, line, place, words, csrf });
  }

  /** Shows what is left of fields that are not held any more, and gives these; `isHere(task)`: it need not be asked. */
  async show(isHere = () => false) {
    const found = (await this.keep.typed()).filter(([task]) => !isHere(task)).slice(-MOST);
    if (!found.length) return [];
    const answer = await this.line.post("/drafts", { tasks: found.map(([task]) => task) }).catch(() => null);
    if (!answer) return []; // no line: nothing is said of what nobody knows
    const texts = new Map(found);
    const isSent = ({ what, task, read }) => what === "over" && [null, texts.get(task).trim()].includes(read);
    for (const gone of answer.gone) if (gone.what === "erased" || isSent(gone)) await this.forget(gone.task);
    this.put(answer.gone.filter((gone) => !isSent(gone)).map((gone) => this.item(gone, texts.get(gone.task))));
    return answer.gone.map(({ task }) => task);
  }

  put(items) {
    this.place.hidden = !items.length;
    const list = document.createElement("ul");
    list.append(...items);
    this.place.replaceChildren(made("p", this.words.left), list);
  }

  forget(task) {
    return this.keep.change(["remove", "drafts", task]);
  }

  item({ task, what, label, form, row }, text) {
    const item = document.createElement("li");
    const named = [form, label, row && this.words.row.replace("{row}", row)].filter(Boolean).join(" · ");
    item.append(made("strong", named), " ");
    const why = { gone: this.words.left_gone, over: this.words.left_read, erased: this.words.left_erased }[what];
    item.append(made("span", why));
    if (what !== "erased") item.append(" ", quoted(text), " ", this.form(task, text));
    const button = made("button", this.words.put_away);
    button.type = "button";
    button.onclick = async () => {
      await this.forget(task);
      item.remove();
      this.place.hidden = !this.place.querySelector("li");
    };
    item.append(" ", button);
    return item;
  }

  /** Sends it as a page without a module does: the server counts its time, and says on the next page what became of it. */
  form(task, text) {
    const form = document.createElement("form");
    form.method = "post";
    form.setAttribute("action", `/work/${task}`);
    const idem = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    for (const [name, value] of Object.entries({ csrf: this.csrf, idem, text, seconds: "", action: "send" })) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
    form.append(made("button", this.words.send_left));
    return form;
  }
}
