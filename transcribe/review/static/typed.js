// What is typed on a page that is not the work page stands in its box again after another page was looked at, in this
// tab, until it is sent. Signing out clears it, as all that a tab keeps.

const input = document.querySelector("form.task .text");

if (input) {
  const form = input.form;
  const place = `typed ${form.getAttribute("action")}`;
  if (!input.value) input.value = sessionStorage.getItem(place) ?? "";
  input.addEventListener("input", () => sessionStorage.setItem(place, input.value));
  form.addEventListener("submit", () => sessionStorage.removeItem(place));
}
