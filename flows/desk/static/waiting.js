// A form whose answer takes some seconds says so, and is not sent twice.
for (const form of document.querySelectorAll("form[data-waiting]")) {
  const said = form.querySelector("[role=status]");
  form.addEventListener("submit", () => {
    said.textContent = form.dataset.waiting;
    for (const button of form.querySelectorAll("button")) setTimeout(() => { button.disabled = true; });
  });
  addEventListener("pageshow", () => {
    said.textContent = "";
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  });
}
