// The thin bar: what was read, counted and earned today. It is asked for now and then, never while a field is on its way.

const EVERY = 1_000; // ms between two questions at least: who types fast sees what they sent a second ago

export class Day {
  /** `told(day)` is called with each answer. */
  constructor(line, place, badge, told = () => null) {
    Object.assign(this, { line, place, badge, told, asked: 0 });
  }

  /** Brings the bar up to date, now or when enough time has passed. `here` are fields that are on this device. */
  later() {
    if (this.timer) return;
    this.timer = setTimeout(() => this.ask(), Math.max(0, this.asked + EVERY - Date.now()));
  }

  async ask() {
    this.timer = null;
    this.asked = Date.now();
    const day = await this.line.get("/day").catch(() => null);
    if (!day) return;
    this.place.textContent = day.pieces.join(" · ");
    if (this.badge) this.badge.hidden = !day.has_news;
    this.told(day);
  }
}
