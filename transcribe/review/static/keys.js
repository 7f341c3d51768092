// Keys of pages beside the work page: Alt and the letter of data-key presses what carries it, wherever the focus is.

addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat || !event.code.startsWith("Key")) return;
  const pressed = document.querySelector(`[data-key="${event.code.slice(3).toLowerCase()}"]`);
  if (!pressed) return;
  event.preventDefault();
  pressed.click();
});
