// The entries of a draft as they stand in its form: fields, tables, columns. Each has an id, which begins the names of all
// that is filled in for it; the last one of each kind is empty, and becomes the next new one.
const own = (entry, key) => entry.querySelector(`[name="${entry.dataset.id}-${key}"]`);

export const entryOf = (form, id) => form.querySelector(`[data-id="${id}"]`);
export const value = (entry, key) => own(entry, key)?.value ?? "";
export const isGone = (entry) => own(entry, "gone")?.checked ?? false;

export function put(entry, key, said) {
  const input = own(entry, key);
  if (input) input.value = String(said);
}

export function place(entry) {
  const numbers = ["x0", "y0", "x1", "y1"].map((key) => value(entry, key));
  if (numbers.some((each) => each === "")) return null;
  const [x0, y0, x1, y1] = numbers.map(Number);
  return { x0, y0, x1, y1 };
}

export function putPlace(entry, box) {
  for (const [key, said] of Object.entries(box)) put(entry, key, said);
}

export function titleOf(entry) {
  const label = [...entry.querySelectorAll("[data-key=label]")].find((each) => each.closest("[data-entry]") === entry && each.value);
  return label?.value || value(entry, "name") || entry.dataset.id;
}

export const filled = (parent, kind) => [...parent.querySelectorAll(`[data-entry=${kind}]`)].filter((each) => !("new" in each.dataset) && !isGone(each));

const slug = (label) => label.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "");

// A name made of a label that no other entry beside this one has.
function free(entry, label) {
  const plain = slug(label);
  const others = entry.dataset.entry === "column" ? entry.parentElement.children : document.querySelectorAll("[data-entry=field], [data-entry=table]");
  const taken = new Set([...others].filter((each) => each !== entry && each.dataset?.id).map((each) => value(each, "name")));
  let name = plain;
  for (let number = 2; plain && taken.has(name); number += 1) name = `${plain}_${number}`;
  return name;
}

// The name of an entry follows its label, until somebody writes another one. What records of a form in force are called
// never changes by itself: there only names of new entries follow.
function named(entry, follows) {
  const name = own(entry, "name");
  const title = entry.querySelector(".entry-title");
  let isOwn = !follows || (name.value !== "" && name.value !== slug(titleOf(entry)));
  name.addEventListener("input", () => { isOwn = name.value !== ""; });
  entry.addEventListener("input", (event) => {
    if (event.target.closest("[data-entry]") !== entry) return;
    if (event.target.dataset.key === "label" && !isOwn) {
      name.value = free(entry, event.target.value);
    }
    title.textContent = titleOf(entry);
  });
}

export function fresh(parent, kind) {
  const entry = [...parent.querySelectorAll(`[data-entry=${kind}][data-new]`)].pop();
  const [, before, number] = /^(.*-)(\d+)$/.exec(entry.dataset.id);
  const next = `${before}${Number(number) + 1}`;
  const copy = entry.cloneNode(true);
  const renamed = (said) => {
    if (said === entry.dataset.id || said.startsWith(`${entry.dataset.id}-`)) return next + said.slice(entry.dataset.id.length);
    const column = `column-${number}-`;
    return kind === "table" && said.startsWith(column) ? `column-${Number(number) + 1}-${said.slice(column.length)}` : said;
  };
  for (const each of [copy, ...copy.querySelectorAll("*")]) {
    for (const key of ["id", "name", "for", "data-id"]) if (each.hasAttribute(key)) each.setAttribute(key, renamed(each.getAttribute(key)));
  }
  copy.open = false;
  entry.after(copy);
  delete entry.dataset.new;
  own(entry, "gone").closest("label").hidden = false;
  named(entry, true);
  return entry;
}

const isNewForm = document.getElementById("draft").dataset.isNew === "yes";
for (const each of document.querySelectorAll("#draft [data-entry]:not([data-entry=rule])")) named(each, isNewForm || "new" in each.dataset);
