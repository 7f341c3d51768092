// Fingers on a picture that the page moves itself: the browser makes no gesture of its own out of what they draw.

/** Lifted while it moves, a finger would let the page glide on unseen, and the next tap, on Send, would only stop that. */
export function takeTouches(figure) {
  figure.addEventListener("touchmove", (event) => event.cancelable && event.preventDefault(), { passive: false });
}
