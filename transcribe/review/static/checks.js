// Soft checks: the server says what looks odd about a text, asked at each pause of typing, so that Enter need not wait.

const PAUSE = 120; // ms; shorter than between the last letter and Enter of a fast typist

export class Checks {
  constructor(line) {
    this.line = line;
    this.start("");
  }

  /** Another task: what was known of the last one is forgotten. */
  start(task) {
    clearTimeout(this.timer);
    this.task = task;
    this.faults = new Map();
  }

  /** Asks about a text when the typing pauses. */
  later(text) {
    clearTimeout(this.timer);
    if (text && !this.faults.has(text)) this.timer = setTimeout(() => this.ask(this.task, text), PAUSE);
  }

  /** What looks odd about a text, in words; undefined where the server has not said so yet. */
  known(text) {
    return this.faults.get(text);
  }

  async ask(task, text) {
    const answer = await this.line.post(`/work/${task}/check`, { text }).catch(() => null);
    if (answer && task === this.task) this.faults.set(text, answer.faults);
  }
}
