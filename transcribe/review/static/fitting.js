// Where a picture lies in its frame so that the writing fills it: pure arithmetic, in pixels of the picture and of the screen.

export const LEAST_LETTER = 14; // CSS pixels of small letters: below that people lean forward
const EASY_LETTER = 20; // CSS pixels: where letters are as large, the whole field is shown, and not its writing alone
const LARGEST_LETTER = 44; // CSS pixels: larger letters are not read quicker
const MOST_ENLARGED = 6; // CSS pixels for one of the picture's: beyond that there is nothing more to see
const USUAL_LETTER = 13; // pixels of small letters in pictures of which nothing else is known: print of 10 points at 200 dpi
const MOST_LINES = 3; // pieces that a long field is laid in, one under the other
const BETWEEN = 6; // CSS pixels between such pieces
const OVERLAP = 1.6; // letters seen at the end of one piece and again at the start of the next
const MARGIN = [1, 0.5]; // of a letter, beside and above what is written

/** What is written, with a margin: {x0, y0, x1, y1}, the height of a small letter, and the field; in the picture's pixels. */
export function writing(size, frame) {
  const [width, height] = size;
  const corners = (from) => (frame?.slice(from, from + 4) ?? [0, 0, 10_000, 10_000]).map((part, at) => (part / 10_000) * size[at % 2]);
  const [x0, y0, x1, y1] = corners(4);
  const [left, top, right, foot] = corners(0);
  const letter = frame?.[8] ? (frame[8] / 10_000) * height : Math.min(USUAL_LETTER, y1 - y0);
  const [beside, above] = frame ? MARGIN.map((share) => share * letter) : [0, 0];
  const seen = { x0: Math.max(0, x0 - beside), y0: Math.max(0, y0 - above), x1: Math.min(width, x1 + beside), y1: Math.min(height, y1 + above) };
  const field = { x0: Math.min(left, seen.x0), y0: Math.min(top, seen.y0), x1: Math.max(right, seen.x1), y1: Math.max(foot, seen.y1) };
  return { ...seen, letter, field };
}

/**
 * How the writing is laid into a frame of this size: {zoom, pieces: [[x0, x1], ...], whole}, `whole` where nothing is cut.
 * `lines` are the most pieces, `least` is how small letters may become before something is cut.
 */
export function fitted(written, width, height, { lines = MOST_LINES, least: smallest = LEAST_LETTER } = {}) {
  const most = Math.min(MOST_ENLARGED, LARGEST_LETTER / written.letter);
  const least = Math.min(MOST_ENLARGED, smallest / written.letter);
  const { field } = written;
  const zoomOfField = Math.min(most, width / (field.x1 - field.x0), height / (field.y1 - field.y0));
  if (zoomOfField * written.letter >= EASY_LETTER) return { zoom: zoomOfField, pieces: [[field.x0, field.x1]], whole: true };
  let best = null;
  for (let count = 1; count <= lines; count++) {
    const zoom = Math.min(most, zoomOf(written, count, width, height));
    if (!best || zoom > best.zoom) best = { zoom, count };
    if (best.zoom >= least) break;
  }
  const whole = best.zoom >= least;
  if (!whole) best = { zoom: least, count: 1 };
  return { zoom: best.zoom, pieces: pieces(written, best.count), whole };
}

function zoomOf(written, count, width, height) {
  const [piece] = pieces(written, count);
  const room = (height - BETWEEN * (count - 1)) / count;
  return Math.min(width / (piece[1] - piece[0]), room / (written.y1 - written.y0));
}

/** The writing cut into as many pieces of one length; what lies where they meet is seen in both. */
function pieces({ x0, x1, letter }, count) {
  if (count === 1) return [[x0, x1]];
  const twice = OVERLAP * letter;
  const length = (x1 - x0 + (count - 1) * twice) / count;
  return Array.from({ length: count }, (_, at) => [x0 + at * (length - twice), x0 + at * (length - twice) + length]);
}

/** The zoom at which a field's surroundings fill the frame; of a wide one, letters stay readable and its ends may be cut. */
export function nearby([width], frame, across) {
  const [near, field] = [frame[6] - frame[4], frame[2] - frame[0]].map((parts) => Math.max(1, (parts / 10_000) * width));
  const contained = across / near;
  return Math.min(2, Math.max(contained, Math.min(0.8, across / field)));
}

/** The tops and heights of `count` pieces that share a frame's height. */
export function rows(count, height) {
  const each = (height - BETWEEN * (count - 1)) / count;
  return Array.from({ length: count }, (_, at) => [at * (each + BETWEEN), each]);
}

/** Where the middle of the frame lies: all of the writing is in it, and as much of the field as there is room for. */
export function middle([start, end], [fieldStart, fieldEnd], room, zoom) {
  const half = room / zoom / 2;
  if (end - start > 2 * half) return (start + end) / 2;
  const wanted = fieldEnd - fieldStart > 2 * half ? fieldStart + half : (fieldStart + fieldEnd) / 2;
  return Math.min(start + half, Math.max(end - half, wanted));
}

/** A middle kept where the picture still covers the frame, or lies in its middle where it is smaller. */
export function within(middle, length, room, zoom) {
  const half = room / zoom / 2;
  return half * 2 >= length ? length / 2 : Math.min(length - half, Math.max(half, middle));
}
