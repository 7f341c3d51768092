// Active time of one task: reading and thinking count, an away tab does not, and nothing stops without asking.

const ASK_AFTER = 60_000; // ms without a key, a touch or a movement; a hard field is often looked at that long
const GRACE = 60_000; // ms to answer; they count as work

export class Clock {
  /** `told(state)`: "running", "asking" or "stopped". */
  constructor(told) {
    this.told = told;
    this.sum = 0;
    this.over = 0; // ms that were said of begun seconds and had not passed yet
    this.state = "running";
    this.last = Date.now();
    this.from = document.visibilityState === "visible" ? this.last : null;
    for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "scroll"]) {
      addEventListener(kind, () => this.active(), { capture: true, passive: true });
    }
    document.addEventListener("visibilitychange", () => this.turned());
    setInterval(() => this.tick(), 1_000);
  }

  /** Whether the person did something in the last so many milliseconds. */
  lately(within) {
    return Date.now() - this.last < within;
  }

  /** The seconds since it was asked last, a begun one whole and no second of two tasks; starts the next task. */
  take() {
    const now = Date.now();
    const passed = this.sum + (this.from === null ? 0 : now - this.from) - this.over;
    const seconds = Math.max(0, Math.ceil(passed / 1000));
    this.over = 1000 * seconds - passed;
    this.sum = 0;
    if (this.from !== null) this.from = now;
    return seconds;
  }

  active() {
    this.last = Date.now();
    if (document.visibilityState === "visible" && this.from === null) this.from = this.last;
    this.say("running");
  }

  turned() {
    const now = Date.now();
    if (document.visibilityState === "visible") {
      this.active();
    } else if (this.from !== null) {
      this.sum += now - this.from;
      this.from = null;
    }
  }

  tick() {
    if (this.from === null) return;
    const idle = Date.now() - this.last;
    if (idle > ASK_AFTER + GRACE) {
      this.sum += Math.max(0, this.last + ASK_AFTER + GRACE - this.from);
      this.from = null;
      this.say("stopped");
    } else if (idle > ASK_AFTER) {
      this.say("asking");
    }
  }

  say(state) {
    if (state === this.state) return;
    this.state = state;
    this.told(state);
  }
}
