// Fields taken along: so many are lent for hours, and their pictures are on this device before the line may be left.

const LOOK_EVERY = 250; // ms between looks whether all pictures are here
const PATIENCE = 120_000; // ms for all pictures on a slow line

export class Along {
  /** `deeds.taken(sheets)` lays them up; `deeds.say(text)` tells the person; `deeds.back()` goes back to the box. `panel` is null where none may be taken. */
  constructor(panel, line, words, deeds) {
    Object.assign(this, { panel, line, words, deeds });
    panel?.querySelector("button").addEventListener("click", (event) => {
      event.preventDefault();
      this.take(Number(panel.querySelector("select").value));
    });
  }

  async take(count) {
    const { words, deeds } = this;
    this.panel.open = false;
    deeds.back();
    deeds.say(words.along_coming);
    try {
      const { tasks, until } = await this.line.post("/along", { count });
      for (const sheet of tasks) Object.assign(sheet, { along: true, until: Date.now() + sheet.left * 1000 });
      await deeds.taken(tasks);
      const here = await this.pictures(tasks);
      deeds.say((here === tasks.length ? words.along : words.along_part).replace("{count}", here).replace("{until}", until));
      this.panel.dataset.taken = here;
    } catch (error) {
      deeds.say(error.status ? error.message : words.offline);
    }
  }

  /** How many of the pictures are on this device, once all are or the patience ends. */
  async pictures(tasks) {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const found = await Promise.all(tasks.map((sheet) => caches.match(sheet.picture)));
      const here = found.filter(Boolean).length;
      if (here === tasks.length || Date.now() > end) return here;
      await new Promise((done) => setTimeout(done, LOOK_EVERY));
    }
  }
}
