// What is wrong with a photograph of paper, as far as a copy of it shows: blur, shadow, edges cut off. Sharpness is measured
// as transcribe/imaging/quality.py measures it. The limits lie between the sample photographs of tests/cases as they are and
// made worse (tests/flows/desk/test_desk_in_browser.py).
const SIDE = 1800; // the longer side of the copy in pixels: a page of A4 has 150 dots an inch then
const BLOCKS = 12; // light is compared between so many blocks a side
const LEAST_SHARPNESS = 0.15; // slope of the steepest edges a pixel, as a share of the ink's contrast: letters run together below
const MOST_UNEVENNESS = 0.45; // how much darker the darkest paper is than the lightest: samples 0.32 at most, with shadow 0.6
const MOST_CUT_SHARE = 0.03; // the share of an edge of the picture on which strokes stand: samples 0, cut through 0.04 and more
const LEAST_SIDE = 1000; // a page whose longer side has fewer pixels has letters that are too small

function grey(picture) {
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const wide = Math.max(8, Math.round(picture.width * scale));
  const high = Math.max(8, Math.round(picture.height * scale));
  const canvas = document.createElement("canvas");
  canvas.width = wide;
  canvas.height = high;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0, wide, high);
  const { data } = context.getImageData(0, 0, wide, high);
  const light = new Float32Array(wide * high);
  for (let at = 0; at < light.length; at += 1) light[at] = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2];
  return { light, wide, high };
}

function quantile(values, share) {
  const sorted = Float32Array.from(values).sort();
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] : 0;
}

// The slope of the steepest edges, in shares of the contrast between paper and ink. null: there is no ink.
export function sharpness({ light, wide, high }) {
  const slopes = new Uint32Array(256), greys = new Uint32Array(256);
  let count = 0;
  for (let y = 1; y < high - 1; y += 2) {
    for (let x = 1; x < wide - 1; x += 2) {
      const at = y * wide + x;
      const across = (light[at + 1] - light[at - 1]) / 2, down = (light[at + wide] - light[at - wide]) / 2;
      slopes[Math.min(255, Math.round(Math.hypot(across, down)))] += 1;
      greys[Math.round(light[at])] += 1;
      count += 1;
    }
  }
  const contrast = counted(greys, 0.8 * count) - counted(greys, 0.005 * count);
  return contrast < 40 ? null : counted(slopes, 0.99 * count) / contrast;
}

function counted(counts, most) {
  let sum = 0;
  for (let value = 0; value < counts.length; value += 1) {
    sum += counts[value];
    if (sum >= most) return value;
  }
  return counts.length - 1;
}

// The light of the paper in each block: its bright pixels, whatever is written on it.
function papers({ light, wide, high }) {
  const found = [];
  for (let row = 0; row < BLOCKS; row += 1) {
    for (let column = 0; column < BLOCKS; column += 1) {
      const values = [];
      for (let y = Math.floor((row * high) / BLOCKS); y < Math.floor(((row + 1) * high) / BLOCKS); y += 2) {
        for (let x = Math.floor((column * wide) / BLOCKS); x < Math.floor(((column + 1) * wide) / BLOCKS); x += 2) values.push(light[y * wide + x]);
      }
      found.push(quantile(values, 0.8));
    }
  }
  return found;
}

export function unevenness(copy) {
  const light = papers(copy);
  const inner = light.filter((_, at) => { // the table beside the paper is no shadow
    const row = Math.floor(at / BLOCKS), column = at % BLOCKS;
    return row > 1 && row < BLOCKS - 2 && column > 1 && column < BLOCKS - 2;
  });
  return 1 - quantile(inner, 0.05) / Math.max(1, quantile(inner, 0.95));
}

// The largest share of one edge of the picture at which dark strokes stand on light paper: something goes on beyond it.
export function cutShare({ light, wide, high }) {
  const paper = quantile(light, 0.8);
  const share = (count, at) => {
    let light_ = 0, dark = 0, changes = 0, before = false;
    for (let step = 0; step < count; step += 1) {
      const value = at(step);
      const ink = value < 0.6 * paper;
      if (ink) dark += 1; else if (value > 0.8 * paper) light_ += 1;
      if (ink !== before) changes += 1;
      before = ink;
    }
    return light_ > 0.4 * count && changes >= 6 ? dark / count : 0; // strokes, not a dark table
  };
  return Math.max(
    share(wide, (x) => light[2 * wide + x]), share(wide, (x) => light[(high - 3) * wide + x]),
    share(high, (y) => light[y * wide + 2]), share(high, (y) => light[y * wide + wide - 3]),
  );
}

// Codes of what is wrong: "blurred", "shadow", "cut", "small". None where nothing is.
export function adviceOf(picture) {
  const copy = grey(picture), found = [], steep = sharpness(copy);
  if (steep !== null && steep < LEAST_SHARPNESS) found.push("blurred");
  if (unevenness(copy) > MOST_UNEVENNESS) found.push("shadow");
  if (cutShare(copy) > MOST_CUT_SHARE) found.push("cut");
  if (Math.max(picture.width, picture.height) < LEAST_SIDE) found.push("small");
  return found;
}

export function measured(picture) {
  const copy = grey(picture);
  return { sharpness: sharpness(copy), unevenness: unevenness(copy), cut: cutShare(copy) };
}
