// Pictures of fields beside the work page: their writing fills them as it does there, and it is all seen. They do not move.

import { Picture } from "./picture.js";

const BESIDE_WORDS = { lines: 1, least: 0 }; // a small picture in a list shows all of its writing, however small

for (const figure of document.querySelectorAll("[data-frame]")) {
  const image = figure.querySelector("img");
  const frame = figure.dataset.frame.split(",").map(Number);
  const sheet = { title: "", label: image.alt, more: [], frames: { snippet: frame } };
  const picture = new Picture(figure, document.createElement("button"), figure.matches(".thumb") ? BESIDE_WORDS : {});
  const show = () => picture.show({ image, sheet }, { picture: "{label}" });
  if (image.complete) show();
  else image.addEventListener("load", show);
}
