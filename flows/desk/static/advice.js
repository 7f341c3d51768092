// What is wrong with a photograph of paper, as far as a copy of it shows: too little light, blur by focus or movement,
// reflections, shadow, edges cut off. The limits lie between the sample photographs of tests/cases as they are and
// made worse (tests/flows/desk/test_desk_in_browser.py).
const SIDE = 1800; // the longer side of the copy in pixels: a page of A4 has 150 dots an inch then
const BLOCKS = 12; // light is compared between so many blocks a side
const PRINT_BLOCKS = 24; // sharpness is measured in so many blocks a side: some lines of print in each
const LEAST_CONTRAST = 0.15; // of print, in shares of the light of its paper: less is the grain of a table
const LEAST_PRINTED_BLOCKS = 100; // with fewer blocks of print it is no form, or one that cannot be judged
const MOST_INK = 0.35; // the share of a block that ink covers at most
const DIRECTIONS = Array.from({ length: 8 }, (_, turn) => [Math.cos((turn * Math.PI) / 8), Math.sin((turn * Math.PI) / 8)]);
const LEAST_SHARPNESS = 0.15; // slope of the steepest edges a pixel, as a share of the ink's contrast: letters run together below
const MOST_UNEVENNESS = 0.45; // how much darker the darkest paper is than the lightest: samples 0.32 at most, with shadow 0.6
const MOST_CUT_SHARE = 0.03; // the share of an edge of the picture on which strokes stand: samples 0, cut through 0.04 and more
const MOST_STROKES = 0.3; // a line of print is darker than this nowhere; a chequered cloth 0.5
const PAPER_LIGHT = 0.7; // of the light of the paper: less is table
const EDGE_DEPTHS = [0.004, 0.02, 0.04, 0.06]; // how far inside the picture paper is looked for, in shares of it
const MOST_PAPER_WITH_GLARE = 235; // in paper that is lighter the brightest part is white without any reflection: photographs 185 to 255
const BURNT_LIGHT = 254; // what is burnt out has this light all over
const MOST_PAPER_AT_EDGE = 0.4; // the share of an edge at which paper lies: good photographs 0.27 at most, one cut off 0.85
const LONGEST_PRINT = 0.02; // the share of an edge that a line of print takes at most: a rule or a letter. Chosen by hand
const LEAST_LIGHT = 100; // of the paper, of 255: good photographs 146 and more, one in the dark 69
const MOST_BURNT = 0.003; // the share of a picture that is burnt out: good photographs 0, with a reflection 0.04
const LEAST_EVEN_SMEAR = 0.6; // the flattest direction over the steepest: good photographs 0.7 and more, moved 0.46
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

// How steep edges are in each block with print, in shares of its contrast between paper and ink: the median of all blocks, and
// in the direction in which it is least, as a camera that moved smears across one direction alone. null: too little print.
export function sharpness(copy) {
  const found = blocks(copy).map((box) => edges(copy, box)).filter((each) => each !== null);
  if (found.length < LEAST_PRINTED_BLOCKS) return null;
  const middle = (direction) => quantile(found.map((each) => each[direction]), 0.5);
  const all = DIRECTIONS.map((_, direction) => middle(direction));
  return { steepest: Math.max(...all), flattest: Math.min(...all) };
}

function blocks({ wide, high }) {
  const found = [];
  for (let row = 0; row < PRINT_BLOCKS; row += 1) {
    for (let column = 0; column < PRINT_BLOCKS; column += 1) {
      const [x0, x1, y0, y1] = [(column * wide), ((column + 1) * wide), (row * high), ((row + 1) * high)].map((each) => Math.floor(each / PRINT_BLOCKS));
      found.push([Math.max(1, x0), Math.max(1, y0), Math.min(wide - 1, x1), Math.min(high - 1, y1)]);
    }
  }
  return found;
}

// The slopes of a block's steepest edges in each direction. null: it has no print, or is half dark, as where the table begins.
function edges({ light, wide }, [x0, y0, x1, y1]) {
  const greys = new Uint32Array(256);
  let count = 0, dark = 0;
  for (let y = y0; y < y1; y += 2) for (let x = x0; x < x1; x += 2, count += 1) greys[Math.round(light[y * wide + x])] += 1;
  const paper = counted(greys, 0.7 * count), contrast = paper - counted(greys, 0.005 * count);
  for (let value = 0; value < paper - 0.5 * contrast; value += 1) dark += greys[value];
  if (contrast < Math.max(20, LEAST_CONTRAST * paper) || dark > MOST_INK * count) return null;
  const slopes = DIRECTIONS.map(() => new Uint32Array(256));
  for (let y = y0; y < y1; y += 2) {
    for (let x = x0; x < x1; x += 2) {
      const at = y * wide + x;
      const across = (light[at + 1] - light[at - 1]) / 2, down = (light[at + wide] - light[at - wide]) / 2;
      for (let each = 0; each < DIRECTIONS.length; each += 1) {
        slopes[each][Math.min(255, Math.round(Math.abs(DIRECTIONS[each][0] * across + DIRECTIONS[each][1] * down)))] += 1;
      }
    }
  }
  return slopes.map((each) => counted(each, 0.995 * count) / contrast);
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

// The same of the inner blocks: beside the paper lies a table.
function innerPapers(copy) {
  return papers(copy).filter((_, at) => {
    const row = Math.floor(at / BLOCKS), column = at % BLOCKS;
    return row > 1 && row < BLOCKS - 2 && column > 1 && column < BLOCKS - 2;
  });
}

export function unevenness(copy) {
  const inner = innerPapers(copy);
  return 1 - quantile(inner, 0.05) / Math.max(1, quantile(inner, 0.95));
}

// The largest share of one edge of the picture at which dark strokes stand on light paper: something goes on beyond it.
export function strokesAtEdge({ light, wide, high }) {
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
    return light_ > 0.4 * count && dark < MOST_STROKES * count && changes >= 6 ? dark / count : 0; // no dark or chequered table
  };
  return Math.max(
    share(wide, (x) => light[2 * wide + x]), share(wide, (x) => light[(high - 3) * wide + x]),
    share(high, (y) => light[y * wide + 2]), share(high, (y) => light[y * wide + wide - 3]),
  );
}

// The longest stretch of each edge of the picture (top, foot, left, right) at which paper lies, and goes on into the picture,
// as a share of the edge. A stretch, as the bright squares of a tablecloth are no paper; print breaks it for a moment only.
export function paperAtEdges({ light, wide, high }) {
  const paper = quantile(light, 0.8);
  const isPaper = (at) => light[at] > PAPER_LIGHT * paper;
  const share = (count, at) => {
    let longest = 0, from = 0, last = 0;
    for (let step = 0; step < count; step += 1) {
      if (!isPaper(at(step, EDGE_DEPTHS[0]))) continue; // a sheet that ends just inside the picture is all in it
      let inside = 0;
      for (const depth of EDGE_DEPTHS) inside += isPaper(at(step, depth)) ? 1 : 0;
      if (inside < EDGE_DEPTHS.length - 1) continue;
      if (step - last > LONGEST_PRINT * count) from = step;
      last = step;
      longest = Math.max(longest, last - from);
    }
    return longest / count;
  };
  const deep = (length, depth) => Math.max(2, Math.round(depth * length));
  return [
    share(wide, (x, depth) => deep(high, depth) * wide + x),
    share(wide, (x, depth) => (high - 1 - deep(high, depth)) * wide + x),
    share(high, (y, depth) => y * wide + deep(wide, depth)),
    share(high, (y, depth) => y * wide + wide - 1 - deep(wide, depth)),
  ];
}

// The share of the paper that is burnt out: at full white without any grain, where the paper around it is less white. null: the
// paper itself is as white as white gets, as on a scan.
export function burnt(copy) {
  const { light, wide, high } = copy;
  if (quantile(innerPapers(copy), 0.5) > MOST_PAPER_WITH_GLARE) return null;
  let white = 0, all = 0;
  for (let y = 4; y < high - 4; y += 8) {
    for (let x = 4; x < wide - 4; x += 8) {
      let least = 255;
      for (let dy = -4; dy <= 4; dy += 2) for (let dx = -4; dx <= 4; dx += 2) least = Math.min(least, light[(y + dy) * wide + x + dx]);
      all += 1;
      if (least >= BURNT_LIGHT) white += 1;
    }
  }
  return white / all;
}

// What is wrong, in codes: "dark", "blurred", "glare", "shadow", "cut", "small". `known`: all of it could be judged, so that a
// picture of which nothing is found is good. Nothing is known of edges where paper lies at all of them, as on a scan.
export function adviceOf(picture) {
  const seen = measured(picture), found = [], { sharpness: sharp, paper } = seen;
  if (seen.light < LEAST_LIGHT) found.push("dark");
  if (sharp !== null && (sharp.flattest < LEAST_SHARPNESS || sharp.flattest < LEAST_EVEN_SMEAR * sharp.steepest)) found.push("blurred");
  if (seen.burnt > MOST_BURNT) found.push("glare");
  if (seen.unevenness > MOST_UNEVENNESS) found.push("shadow");
  const isCut = Math.max(...paper) > MOST_PAPER_AT_EDGE;
  const seesTable = Math.min(...paper) < MOST_PAPER_AT_EDGE / 4;
  if (seen.strokes > MOST_CUT_SHARE || (isCut && seesTable)) found.push("cut");
  if (Math.max(picture.width, picture.height) < LEAST_SIDE) found.push("small");
  return { found, known: sharp !== null && seen.burnt !== null && !isCut };
}

export function measured(picture) {
  const copy = grey(picture);
  return {
    light: quantile(papers(copy), 0.9), sharpness: sharpness(copy), burnt: burnt(copy), unevenness: unevenness(copy),
    strokes: strokesAtEdge(copy), paper: paperAtEdges(copy),
  };
}
