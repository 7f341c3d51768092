// One window at a time: two would show the same fields, and the same field would be typed twice.

const NAME = "fairhand-work";

/** Calls `gone` when the work goes on in another window; true where it may begin here. */
export async function only(gone) {
  if (!navigator.locks) return true;
  return (await hold({ ifAvailable: true }, gone)) || false;
}

/** Takes the work over from the other window. */
export function takeOver(gone) {
  return hold({ steal: true }, gone);
}

function hold(options, gone) {
  return new Promise((resolve) => {
    const held = navigator.locks.request(NAME, options, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => {}) : undefined; // until this window is closed
    });
    held.catch(gone); // another window has taken over
  });
}
