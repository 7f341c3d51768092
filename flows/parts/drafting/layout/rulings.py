"""The ruling of a blank page: frames, lines to write on, small boxes to tick, and grids of equal rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy

from flows.parts.drafting.layout.borderless_tables import BlankPrint, borderless_tables, tinted
from flows.parts.drafting.layout.grids import (
    MIN_COLUMN_COUNT,
    SAME_SIDE_PX,
    Grid,
    below_header,
    comb_rows,
    grid_cells,
    grids,
    has_print_between,
    is_combs,
    is_head_row,
    parted,
    without_printed_columns,
)
from transcribe.geometry import Box
from transcribe.imaging import flatten, grey

if TYPE_CHECKING:
    from transcribe.model import Picture


# Long lines of a blank page, drawn through or of dots and dashes, and the page's ink with and without them.

MAX_INK_LEVEL = 215
"""Grey below which a pixel is ink: ruling may be light grey, and paper divided out is 255. Chosen by hand."""

MIN_LINE_LENGTH_SHARE = 0.03
"""A line takes at least this share of the page's width: a stroke of a letter is shorter. Chosen by hand."""


def ink_of(picture: Picture) -> Picture:
    """The ink of a blank page (grey or RGB): 255 where it is dark and 0 elsewhere."""
    return ((flatten(grey(picture)) < MAX_INK_LEVEL) * 255).astype(numpy.uint8)


def without_lines(picture: Picture) -> Picture:
    """A blank page in grey without its ruling: engines would take lines for letters."""
    shown = grey(picture).copy()
    across, down, dotted = line_masks(ink_of(shown))
    shown[cv2.dilate(across | down | dotted, numpy.ones((3, 3), numpy.uint8)) > 0] = 255
    return shown


def line_masks(ink: Picture) -> tuple[Picture, Picture, Picture]:
    """The long lines across, those down, and those across of dots and dashes; 255 on a line and 0 elsewhere."""
    width = ink.shape[1]
    least = width * MIN_LINE_LENGTH_SHARE
    dotted = _strokes(_joined_dots(ink, width), round(least * 1.5), 1)
    return _strokes(ink, round(least), 1), _strokes(ink, 1, round(least * 0.8)), dotted


def _strokes(ink: Picture, width: int, height: int) -> Picture:
    """The ink that holds strokes of this size: shorter and thinner ones are gone."""
    return numpy.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, numpy.ones((height, width), numpy.uint8)), numpy.uint8)


def _joined_dots(ink: Picture, width: int) -> Picture:
    """Dots and dashes in a row, drawn through as a line: specks with neighbours at the same height."""
    gap = numpy.ones((1, max(7, width // 150)), numpy.uint8)
    return numpy.asarray(cv2.morphologyEx(specks(ink, width), cv2.MORPH_CLOSE, gap), numpy.uint8)


def lines_of(mask: Picture) -> list[Box]:
    """The straight pieces of a mask of lines; pieces of one line with a pixel's step between them are one."""
    joined = cv2.dilate(mask, numpy.ones((3, 3), numpy.uint8))
    count, _, sizes, _ = cv2.connectedComponentsWithStats(joined)
    boxes = [Box.sized(x, y, w, h) for x, y, w, h, _ in sizes[1:count].tolist()]
    return [box for box in boxes if box.height <= box.width / 4]


def specks(ink: Picture, width: int) -> Picture:
    """The specks among the ink of a page so wide, smaller than letters: dots, short dashes, grains of the paper."""
    largest = max(3, width // 240)
    _, labels, sizes, _ = cv2.connectedComponentsWithStats(ink)
    small = (sizes[:, cv2.CC_STAT_HEIGHT] <= largest) & (sizes[:, cv2.CC_STAT_WIDTH] <= 3 * largest)
    small[0] = False
    return numpy.asarray(small[labels] * 255, numpy.uint8)


# The rectangles that ruling encloses, on a blank page or a filled one.

TICK_SIDE_SHARES = (0.011, 0.035)
"""Least and most side of a box to tick, as shares of the page's width: 2.3 to 7 mm of A4."""

MIN_FILLED_SHARE = 0.85
"""Share of its upright rectangle that a frame's inside covers at least. Chosen by hand."""


def ruled_boxes(ink: Picture) -> tuple[list[Box], Picture]:
    """The boxes of long lines and of the finer ones of a table's rows. Second, the mask of the long lines."""
    width = ink.shape[1]
    across, down, dotted = line_masks(ink)
    lines, finer = (_thickened(across | each) for each in (down, _joined_to_sides(dotted, down)))
    return parted(enclosed(lines, width), enclosed(finer, width)), lines


def enclosed(lines: Picture, width: int, least: float = MIN_LINE_LENGTH_SHARE) -> list[Box]:
    """The rectangles of paper that lines enclose, at least as wide as this share of the page."""
    contours, levels = cv2.findContours(lines, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if levels is None:
        return []
    found = []
    for contour, level in zip(contours, levels[0], strict=True):
        x, y, w, h = cv2.boundingRect(contour)
        is_hole, large = level[3] >= 0, w > width * least and h > width * TICK_SIDE_SHARES[0] * 1.4
        if is_hole and large and h < width and cv2.contourArea(contour) > MIN_FILLED_SHARE * w * h:
            found.append(Box.sized(x, y, w, h).padded(2))
    return in_order(found)


def with_more(boxes: Sequence[Box], more: Iterable[Box]) -> list[Box]:
    """The boxes, and those of some more that overlap none."""
    found = list(boxes)
    for box in more:
        if not any(box.intersects(other) for other in found):
            found.append(box)
    return in_order(found)


def in_order(boxes: Iterable[Box]) -> list[Box]:
    """The boxes from the top to the bottom of the page, and from left to right."""
    return sorted(boxes, key=lambda box: (box.y0, box.x0))


def _thickened(lines: Picture) -> Picture:
    """A mask of lines, each a pixel wider at every side, so that they meet."""
    return numpy.asarray(cv2.dilate(lines, numpy.ones((3, 3), numpy.uint8)), numpy.uint8)


def _joined_to_sides(dotted: Picture, down: Picture) -> Picture:
    """Dotted lines and lines down, joined where the dots end before a line: the last of them touches it."""
    gap = numpy.ones((1, dotted.shape[1] // 60), numpy.uint8)
    return numpy.asarray(cv2.morphologyEx(dotted | down, cv2.MORPH_CLOSE, gap), numpy.uint8)


MAX_FRAMED_TICK_SIDE_SHARE = 0.04
"""Most side of a square frame that is a box to tick and no place to write in: 8.4 mm of A4. Chosen by hand."""

MIN_HOLLOW_SHARE = 0.45
"""Share of a box to tick that is paper inside its outline; of a printed O or 0 it is less. Chosen by hand."""

MIN_GAP_SHARE = 0.2
"""Paper at each side of a square box to tick, as a share of its width. Chosen by hand."""

MIN_ROUND_GAP_SHARE = 0.4
"""The same of a round one, which may be an O: of 118 typefaces in 8 sizes none has a word's O taken for a box; with
0.2 it were 68 of 944. Chosen by hand."""

MIN_RING_HOLLOW_SHARE = 0.55
"""The same of a fine ring close before its print. Chosen by hand, with the next four: 8 rings of two forms are found
with them that were not, and no more O in 17 words of 176 typefaces in 8 sizes is taken for one than without."""

MAX_RING_OVAL_SHARE = 0.06
"""A ring is as wide as high but for this share; most typefaces' O is narrower. Chosen by hand."""

RING_PRINT_WIDTHS = 4
"""Print is sought behind a ring as far as so many times its width. Chosen by hand."""

MAX_PRINT_OF_RING_SHARE = 0.9
"""Print behind a ring is at most so high, as a share of the ring; an O is hardly higher than its word. Chosen by hand.
"""

MIN_RING_GAP_LETTER_GAPS = 2.0
"""The paper behind a ring is at least so many times as wide as that between the letters behind it. Chosen by hand."""

CORNER_SHARE = 0.125
"""The part of a box's side that is its corner: the ink of a circle begins at 0.146 of its diameter."""

MIN_CHARACTER_WIDTH_SHARE = 0.01
"""Width of the narrowest box for a single character, as a share of the page's width: 2 mm of A4."""

ROOM_HEIGHT_SHARE = 0.038
"""Height of the room to write above a line, as a share of the page's width: 8 mm of A4."""

MIN_SEPARATOR_SHARE = 0.85
"""A line that takes this share of the page's width divides the page; nobody writes on it. Chosen by hand."""

MAX_SERIF_SHARE = 0.06
"""Width of the serifs of two letters that touch, at most, as a share of the page's width: those of the "ry" of a title
of 5.6 mm took 0.032. Chosen by hand."""

SERIF_STEM_SHARE = 0.3
"""Ink that hangs so far below a short line, as a share of its width, is the stem of a letter. Chosen by hand."""

BELOW_LINE_SHARE = 0.006
"""How far writing hangs below its line, as a share of the page's width. Chosen by hand."""

MAX_TINTED_HEIGHT_SHARE = 0.15
"""Height of a tinted box to write in, at most, as a share of the page's width: a higher one is a panel. Chosen by hand.
"""

MIN_BARE_SHARE = 0.985
"""Share of a tinted box that is tint: a heading's band has print on it. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The ruling that was found, from the top: frames to write in, room above lines, boxes to tick, grids."""

    frames: tuple[Box, ...]
    lines: tuple[Box, ...]
    ticks: tuple[Box, ...]
    grids: tuple[Grid, ...]


def find_ruling(picture: Picture) -> Ruling:
    """Frames, lines, tick boxes and grids of a blank page (grey or RGB), in pixels of the page."""
    ink = ink_of(picture)
    width = picture.shape[1]
    letters = ink & ~specks(ink, width)
    across, down, dotted = line_masks(ink)
    boxes, lines = ruled_boxes(ink)
    boxes = with_more(boxes, [*enclosed(ink, width), *_tinted_boxes(grey(picture), width)])
    framed, frames = grids(boxes)
    teeth = [grid.box for grid in framed if is_combs(grid)]
    toothed, frames = comb_rows([*frames, *(box for box in boxes if any(grid.contains(box) for grid in teeth))])
    small = with_more(*(enclosed(each, width, MIN_CHARACTER_WIDTH_SHARE) for each in (lines, ink)))
    toothed += comb_rows([box for box in small if box.width <= width * MIN_LINE_LENGTH_SHARE])[0]
    frames += toothed
    boxes += toothed
    tables = [_table_or_frames(grid, letters) for grid in framed if not is_combs(grid)]
    apart = [table.padded(SAME_SIDE_PX) for table in tables if isinstance(table, Box)]
    frames += [box for box in boxes if any(grid.contains(box) for grid in apart)]
    framed = [table for table in tables if isinstance(table, Grid)]
    rules = lines_of(across) + lines_of(dotted)
    framed += (bare := borderless_tables(BlankPrint(grey=grey(picture), ink=ink, across=rules, down=down), framed))
    heads = [box for box in frames for grid in framed if is_heading(box, grid) or is_head_row(box, grid, letters)]
    frames = [box for box in frames if box not in heads]
    frames = [box for box in frames if not any(grid.box.contains(box) for grid in bare)]
    tables_apart = [grid.box.padded(SAME_SIDE_PX) for grid in bare]
    ticks = [*_tick_boxes(ink, letters, boxes, width), *(box for box in frames if _is_large_tick(box, width))]
    frames = [box for box in frames if box not in ticks]
    apart = [*tables_apart, *(box.padded(SAME_SIDE_PX) for box in ticks)]  # a large square's sides are as long as lines
    alone = [line for line in rules if not _edges_any(line, boxes) and not any(box.contains(line) for box in apart)]
    lined, rooms = _rooms_above(alone, ink)
    return Ruling(
        frames=tuple(in_order(frames)),
        lines=tuple(in_order(rooms)),
        ticks=tuple(in_order(ticks)),
        grids=tuple(sorted((*framed, *lined), key=lambda grid: grid.box.y0)),
    )


def _table_or_frames(grid: Grid, letters: Picture) -> Grid | Box:
    """The rows to fill in of a grid; the box around its frames where it is no table."""
    rows = below_header(grid, letters)
    bare = without_printed_columns(rows or grid, letters)
    return bare.box if rows is None or len(bare.spans) < MIN_COLUMN_COUNT else bare


# --- lines -----------------------------------------------------------------------------------------------------------


def _longest_first(lines: Iterable[Box]) -> list[Box]:
    """The longest of lines that lie close above one another, as double rules do; longest first."""
    kept: list[Box] = []
    for line in sorted(lines, key=lambda each: -each.width):
        if not any(abs(line.y0 - each.y0) < 14 and _common_width(line, each) > 0.5 for each in kept):
            kept.append(line)
    return kept


def _rooms_above(lines: Sequence[Box], ink: Picture) -> tuple[list[Grid], list[Box]]:
    """The rooms above lines to write on: those in tables as grids, and the others.

    Lines with labels between them are no table.
    """
    width = ink.shape[1]
    narrow = [line for line in lines if line.width < width * MIN_SEPARATOR_SHARE and not _is_serif(line, ink)]
    tables, rooms = grids([_room_above(line, width) for line in _longest_first(narrow)])
    labelled = [grid for grid in tables if has_print_between(grid, ink)]
    rooms += [box for grid in labelled for box in grid_cells(grid)]
    return [grid for grid in tables if grid not in labelled], rooms


def _is_serif(line: Box, ink: Picture) -> bool:
    """Whether a short line is the serifs of a title's letters: a stem goes down from it."""
    if line.width > ink.shape[1] * MAX_SERIF_SHARE:
        return False
    below = ink[line.y1 : line.y1 + round(line.width * SERIF_STEM_SHARE), line.x0 : line.x1]
    return bool(below.size and (below > 0).all(axis=0).any())


def _room_above(line: Box, page_width: int) -> Box:
    below = line.y1 + round(page_width * BELOW_LINE_SHARE)
    return Box(line.x0, max(0, below - round(page_width * ROOM_HEIGHT_SHARE)), line.x1, below)


def _edges_any(line: Box, cells: Sequence[Box]) -> bool:
    """Whether a line is the upper or lower side of a frame."""
    return any(
        min(abs(line.y0 - cell.y0), abs(line.y1 - cell.y1)) < 12 and _common_width(line, cell) > 0.5 for cell in cells
    )


def _common_width(one: Box, other: Box) -> float:
    """The share of the shorter line's width that both cover."""
    return one.overlap_across(other) / max(1, min(one.width, other.width))


# --- frames ----------------------------------------------------------------------------------------------------------


def _tinted_boxes(picture: Picture, width: int) -> list[Box]:
    """Bare tinted rectangles without a frame, as wide as something to write in."""
    solid = cv2.morphologyEx(tinted(picture).astype(numpy.uint8), cv2.MORPH_OPEN, numpy.ones((15, 15), numpy.uint8))
    count, _, sizes, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    found = []
    for x, y, w, h, area in sizes[1:count].tolist():
        large = (
            width * MIN_LINE_LENGTH_SHARE < w < width * MIN_SEPARATOR_SHARE
            and width * TICK_SIDE_SHARES[0] * 1.4 < h < width * MAX_TINTED_HEIGHT_SHARE
        )
        if large and area > MIN_BARE_SHARE * w * h:
            found.append(Box.sized(x, y, w, h))
    return found


def _tick_boxes(ink: Picture, letters: Picture, cells: Sequence[Box], width: int) -> list[Box]:
    """Small hollow squares and circles that stand alone, in no frame."""
    least, most = width * TICK_SIDE_SHARES[0], width * TICK_SIDE_SHARES[1]
    contours, levels = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour, level in zip(contours, () if levels is None else levels[0], strict=True):
        x, y, w, h = cv2.boundingRect(contour)
        if level[3] >= 0 or level[2] < 0 or not (least <= w <= most and least <= h <= most and _is_square(w, h)):
            continue
        hollow = cv2.contourArea(contours[level[2]]) / (w * h)
        if (
            hollow > MIN_HOLLOW_SHARE
            and (_stands_alone(ink, letters, x, y, w, h) or _is_ring_before_print(letters, hollow, x, y, w, h))
            and not any(cell.contains(Box.sized(x, y, w, h)) for cell in cells)
        ):
            found.append(Box.sized(x, y, w, h))
    return found


def _is_large_tick(frame: Box, width: int) -> bool:
    """Whether a frame is as square and small as a box to tick: nobody writes a word in it."""
    most = width * MAX_FRAMED_TICK_SIDE_SHARE
    return frame.width <= most and frame.height <= most and _is_square(frame.width, frame.height)


def _is_square(width: int, height: int) -> bool:
    return 0.8 < width / height < 1.25


def _stands_alone(ink: Picture, letters: Picture, x: int, y: int, w: int, h: int) -> bool:
    """Whether there is paper at both sides: letters of a word stand closer. A round box may be an O, and needs more."""
    share = MIN_GAP_SHARE if _has_corners(ink[y : y + h, x : x + w]) else MIN_ROUND_GAP_SHARE
    gap = max(4, int(w * share))
    left, right = letters[y : y + h, max(0, x - gap) : x], letters[y : y + h, x + w : x + w + gap]
    return not left.any() and not right.any()


def _is_ring_before_print(letters: Picture, hollow: float, x: int, y: int, w: int, h: int) -> bool:
    """Whether a round box is a fine ring with paper before it, and larger than the print behind it: no O of a word."""
    gap, wide = max(4, int(w * MIN_GAP_SHARE)), int(w * MIN_ROUND_GAP_SHARE)
    near = letters[y : y + h, max(0, x - wide) : x].any() or letters[y : y + h, x + w : x + w + gap].any()
    if near or hollow < MIN_RING_HOLLOW_SHARE or abs(w - h) > max(1, MAX_RING_OVAL_SHARE * h):
        return False
    behind = letters[y : y + h, x + w : x + (1 + RING_PRINT_WIDTHS) * w] > 0
    rows, columns = numpy.flatnonzero(behind.any(axis=1)), numpy.flatnonzero(behind.any(axis=0))
    if not rows.size or rows[-1] - rows[0] + 1 >= MAX_PRINT_OF_RING_SHARE * h:
        return False
    gaps = numpy.diff(columns) - 1
    return bool(gaps.any()) and columns[0] >= MIN_RING_GAP_LETTER_GAPS * float(numpy.median(gaps[gaps > 0]))


def _has_corners(box: Picture) -> bool:
    """Whether ink lies in all four corners of a box, as in those of a square and of no O."""
    side = max(2, round(box.shape[1] * CORNER_SHARE))
    ends = (slice(None, side), slice(-side, None))
    return all(box[down, across].any() for down in ends for across in ends)


def is_heading(box: Box, grid: Grid) -> bool:
    """Whether a box stands on top of a table's column, as the column's heading does."""
    on_top = abs(box.y1 - grid.box.y0) < SAME_SIDE_PX
    return on_top and any(abs(box.x0 - x0) < SAME_SIDE_PX and abs(box.x1 - x1) < SAME_SIDE_PX for x0, x1 in grid.spans)
