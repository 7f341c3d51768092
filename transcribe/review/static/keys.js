// Keys of pages beside the work page: Alt and the letter of data-key presses what carries it, wherever the focus is.

import { chord, nameKeys, press, sendsAll } from "./machine.js";

addEventListener("keydown", (event) => {
  if (event.repeat) return;
  const form = document.activeElement?.form;
  if (sendsAll(event) && form?.matches(".stack")) form.requestSubmit();
  else if (!(chord(event) && press(chord(event)))) return;
  event.preventDefault();
});

nameKeys();
