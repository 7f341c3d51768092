// What can wait until the next picture is on the screen does: on a slow device it would else hold the picture up.

const AT_MOST = 250; // ms; a hidden page paints nothing, and what was typed must be sent all the same

export function afterPaint(deed) {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    deed();
  };
  requestAnimationFrame(() => setTimeout(once));
  setTimeout(once, AT_MOST);
}
