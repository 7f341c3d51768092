// This machine's keys: what they are called here, and which was pressed. The same on every page that has keys.

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const BEFORE = ["Alt ", "Ctrl "]; // what stands on the page as it comes from the server
const ON_MAC = ["⌥ ", "⌘ "];

/** Writes the keys as they stand on this machine's keyboard. */
export function nameKeys() {
  if (!isMac) return;
  for (const key of document.querySelectorAll("kbd")) {
    BEFORE.forEach((name, at) => (key.textContent = key.textContent.replace(name, ON_MAC[at])));
  }
}

/** Whether this sends the whole page: Ctrl and Enter, or ⌘ and Enter. */
export function sendsAll(event) {
  return event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.altKey;
}

/** Whether a key that acts is none that was meant: held down, or Shift and Enter in a box, which begins a new line elsewhere. */
export function isUnmeant(event) {
  const isEnter = event.key === "Enter" && !sendsAll(event);
  if (event.target.matches("textarea:not([wrap=off])") && isEnter) return false;
  return event.repeat ? event.key === "Enter" || chord(event) !== "" : isEnter && event.shiftKey && event.target.matches("input, textarea");
}

/** The letter that was pressed with Alt, "" for none: by the place of the key, as some systems write another with it. */
export function chord(event) {
  const isChord = event.altKey && !event.ctrlKey && !event.metaKey && event.code.startsWith("Key");
  return isChord ? event.code.slice(3).toLowerCase() : "";
}

/** Presses what carries this letter, or unfolds it; false where nothing does. What a small screen has no room for counts too. */
export function press(letter) {
  const found = [...document.querySelectorAll(`[data-key="${letter}"]`)].find((each) => !each.closest("[hidden]") && !each.disabled);
  if (!found) return false;
  if (found.matches("summary")) {
    found.parentElement.open = true;
    found.parentElement.querySelector("input, select, textarea, button, a")?.focus();
  } else found.click();
  return true;
}
