// The line to the server: requests with the session's token, and how long the line was down.

const PATIENCE = 20_000; // ms; a request on a very slow line (64 kbit/s) takes less

/** What the server refused, with its status and its words. */
export class Refused extends Error {
  constructor(status, words) {
    super(words);
    this.status = status;
  }
}

export class Line {
  /** `out()` is called when this person is signed out or paused. */
  constructor(csrf, changed, out = () => null) {
    this.csrf = csrf;
    this.out = out;
    this.changed = changed; // called when the line goes down or comes back
    this.downSince = null;
    this.longest = 0; // seconds of the longest outage seen by this page
  }

  get down() {
    return this.downSince !== null;
  }

  get(address) {
    return this.ask(address, { headers: { accept: "application/json" } });
  }

  post(address, content) {
    const headers = { accept: "application/json", "content-type": "application/json", "x-csrf-token": this.csrf };
    return this.ask(address, { method: "POST", headers, body: JSON.stringify(content) });
  }

  /** The JSON that the server answers; Refused where it says no, any other error where it cannot be reached. */
  async ask(address, options) {
    let response;
    try {
      response = await fetch(address, { ...options, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    } catch (error) {
      this.broken();
      throw error;
    }
    if (response.status >= 502) this.broken();
    else this.restored();
    const said = await response.json().catch(() => ({}));
    if (response.status === 401 || response.status === 403) this.out();
    if (!response.ok) throw new Refused(response.status, said.error ?? String(response.status));
    return said;
  }

  broken() {
    if (this.down) return;
    this.downSince = Date.now();
    this.changed();
  }

  restored() {
    if (!this.down) return;
    this.longest = Math.max(this.longest, (Date.now() - this.downSince) / 1000);
    this.downSince = null;
    this.changed();
  }
}
