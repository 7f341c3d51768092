// How the picture is looked at: larger, stronger, inverted, turned, and more of the page.

const STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];
const ENLARGED = 1.5; // every snippet comes at the same scale, so writing has the same size from task to task

export class Picture {
  constructor(figure, moreButton) {
    this.figure = figure;
    this.moreButton = moreButton;
    this.step = STEPS.indexOf(1);
    this.turn = 0;
  }

  /** Puts the picture of a task into the page. Zoom, contrast and inversion stay as the person set them. */
  show(ready, words) {
    this.ready = ready;
    this.views = [ready.sheet.picture, ...ready.sheet.more.map((what) => `/${what}/${ready.sheet.task}`)];
    this.turn = 0;
    this.image = ready.image;
    this.image.alt = words.picture.replace("{label}", ready.sheet.label);
    this.figure.replaceChildren(this.image);
    if (STEPS[this.step] > 1) this.figure.scrollTo(0, 0); // costs a layout
    this.moreButton.hidden = this.views.length < 2;
    this.lay();
  }

  use(tool) {
    if (tool === "in") this.step = Math.min(STEPS.length - 1, this.step + 1);
    else if (tool === "out") this.step = Math.max(0, this.step - 1);
    else if (tool === "contrast") this.figure.classList.toggle("strong");
    else if (tool === "invert") this.figure.classList.toggle("inverted");
    else if (tool === "turn") this.turn = (this.turn + 90) % 360;
    else if (tool === "more") this.more();
    else return false;
    this.lay();
    return true;
  }

  /** The next of: the field, its surroundings, the whole page; as far as the form allows. */
  more() {
    if (this.views.length < 2) return;
    const at = this.views.indexOf(this.image.getAttribute("src"));
    const next = this.views[(at + 1) % this.views.length];
    if (next === this.views[0]) {
      this.image = this.ready.image;
    } else {
      const alt = this.image.alt;
      this.image = new Image();
      this.image.alt = alt;
      this.image.onload = () => this.lay();
      this.image.src = next;
    }
    this.figure.replaceChildren(this.image);
  }

  lay() {
    const style = this.image.style;
    const natural = this.image.naturalWidth;
    const zoom = STEPS[this.step] * ENLARGED;
    style.width = natural ? `${natural * zoom}px` : "";
    style.maxWidth = STEPS[this.step] > 1 ? "none" : "";
    style.rotate = this.turn ? `${this.turn}deg` : "";
    const sideways = this.turn % 180 ? (this.image.offsetWidth - this.image.offsetHeight) / 2 : 0;
    style.margin = sideways ? `${sideways}px ${-sideways}px` : "";
  }
}
