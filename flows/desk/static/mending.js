// The value in focus is marked on its page, and brought into sight there.

const drawn = document.querySelector(".drawn");

function show(field) {
  for (const each of document.querySelectorAll(".drawing .looked")) each.classList.remove("looked");
  const place = field && document.querySelector(`.drawing [data-drawn="${CSS.escape(field)}"]`);
  if (!place) return;
  place.classList.add("looked");
  const [box, frame] = [place.getBoundingClientRect(), drawn.getBoundingClientRect()];
  drawn.scrollTop += box.top - frame.top - drawn.clientHeight / 3;
  drawn.scrollLeft += box.left - frame.left - drawn.clientWidth / 3;
}

document.addEventListener("focusin", (event) => show(event.target.dataset?.field));
const first = document.activeElement;
if (first?.dataset?.field) {
  first.select?.(); // what is typed takes its place
  show(first.dataset.field);
}

// Enter in a field in doubt says that what stands there is right; of an empty one that is ticked by hand.
document.addEventListener("keydown", (event) => {
  const { dataset, form, tagName, value } = event.target;
  if (event.key !== "Enter" || tagName !== "INPUT" || !dataset.field || !value) return;
  const stands = form.elements[`stands ${dataset.field}`];
  if (stands) stands.checked = true;
});
