// Drawing on a whole page: a frame around a field, or the lines between the rows of a table. The numbers stand in
// inputs, so that it can all be done by keyboard too.

const figure = document.getElementById("picture");
const image = figure.querySelector("img");
const form = document.getElementById("task");
const corners = ["x0", "y0", "x1", "y1"].map((name) => document.getElementById(name));
const edges = document.getElementById("edges");
const NEAR = 12; // pixels of the page: a line as near as this is taken away instead of adding one

const shapes = document.createElement("div");
shapes.className = "shapes";
image.after(shapes);
let from = null;

/** Where on the page, in its pixels, the pointer is. */
function spot(event) {
  const shown = image.getBoundingClientRect();
  const x = ((event.clientX - shown.left) / shown.width) * figure.dataset.width;
  const y = ((event.clientY - shown.top) / shown.height) * figure.dataset.height;
  return [within(x, figure.dataset.width), within(y, figure.dataset.height)];
}

function within(value, most) {
  return Math.round(Math.min(Math.max(0, value), Number(most)));
}

function lines() {
  return edges.value.split(",").map(Number).filter((y) => y > 0).sort((a, b) => a - b);
}

/** Draws what the inputs say. */
function draw() {
  const left = image.offsetLeft;
  const top = image.offsetTop;
  const scale = image.clientWidth / figure.dataset.width;
  const boxes = edges ? lines().map((y) => [0, y, figure.dataset.width, y]) : [corners.map((input) => Number(input.value))];
  shapes.replaceChildren(
    ...boxes.map(([x0, y0, x1, y1]) => {
      const shape = document.createElement("div");
      shape.style.left = `${left + x0 * scale}px`;
      shape.style.top = `${top + y0 * scale}px`;
      shape.style.width = `${(x1 - x0) * scale}px`;
      shape.style.height = `${(y1 - y0) * scale}px`;
      return shape;
    }),
  );
}

function frame([ax, ay], [bx, by]) {
  const box = [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
  corners.forEach((input, at) => (input.value = box[at]));
}

if (edges) {
  figure.addEventListener("click", (event) => {
    const [, y] = spot(event);
    const before = lines();
    const after = before.filter((line) => Math.abs(line - y) > NEAR);
    if (after.length === before.length) after.push(y);
    edges.value = after.sort((a, b) => a - b).join(",");
    draw();
  });
} else if (corners[0]) {
  figure.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    figure.setPointerCapture(event.pointerId);
    from = spot(event);
  });
  figure.addEventListener("pointermove", (event) => {
    if (!from) return;
    frame(from, spot(event));
    draw();
  });
  figure.addEventListener("pointerup", () => {
    from = null;
    document.getElementById("text").focus();
  });
}

form.addEventListener("input", () => (edges || corners[0]) && draw());
image.addEventListener("load", () => (edges || corners[0]) && draw());

document.getElementById("turn")?.addEventListener("change", (event) => {
  image.style.rotate = `${event.target.value}deg`;
});

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !event.code.startsWith("Key")) return;
  const letter = event.code.slice(3).toLowerCase();
  const button = document.querySelector(`[data-key=${letter}]`);
  if (letter === "s") {
    document.getElementById("skip").open = true;
    document.getElementById("reason").focus();
  } else if (letter === "f" && document.getElementById("what")) {
    document.getElementById("other-paper").open = true;
    document.getElementById("what").focus();
  } else if (button) button.click();
  else return;
  event.preventDefault();
});

document.documentElement.dataset.ready = "yes";
