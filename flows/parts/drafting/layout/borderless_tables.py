"""Tables of a blank page without framed cells: rows are told by lines or tints, columns by the words above them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy
from numpy.typing import NDArray

from flows.parts.drafting.layout.grids import SAME_SIDE_PX, Grid
from transcribe.geometry import Box
from transcribe.imaging import grey
from transcribe.model import Page

if TYPE_CHECKING:
    from transcribe.model import Picture


# What is tinted on a blank page.

MIN_TINT_LEVELS = 6
"""Grey levels by which a tint is darker than the paper, at least. Chosen by hand."""

MAX_TINT_LEVELS = 90
"""Grey levels by which a tint is darker than the paper, at most: what is darker is print. Chosen by hand."""


def tinted(picture: Picture) -> NDArray[numpy.bool_]:
    """Which pixels of a grey page are tinted: a little darker than its paper, the commonest grey from 128 on."""
    paper = int(numpy.bincount(picture.ravel(), minlength=256)[128:].argmax()) + 128
    tint: NDArray[numpy.bool_] = (picture <= paper - MIN_TINT_LEVELS) & (picture >= paper - MAX_TINT_LEVELS)
    return tint


MIN_TABLE_WIDTH_SHARE = 0.35
"""Share of the page's width that such a table takes at least. Chosen by hand."""

ROW_HEIGHT_SHARES = (0.018, 0.075)
"""Least and most height of a row, as shares of the page's width: 4 to 16 mm of A4."""

MIN_ROW_COUNT = 3
"""Such a table has at least so many rows. Chosen by hand."""

MIN_COLUMN_COUNT = 3
"""Such a table has at least so many columns. Chosen by hand."""

MAX_STEP_DIFFERENCE_PX = 4
"""Steps from row to row differ by this at most. Chosen by hand."""

MAX_HEADER_DISTANCE_ROWS = 1.4
"""How far above the first row the header may begin, in heights of a row. Chosen by hand."""

MAX_HEADER_GAP_ROWS = 0.6
"""How far above the first row the header's last words may end, in heights of a row. Chosen by hand."""

MIN_LABEL_GAP_HEIGHTS = 1.2
"""A wider gap separates two labels, in heights of the header's print: words of one label stand closer. Chosen by hand.
"""

MIN_DIVIDER_SHARE = 0.6
"""Share of the table's height that a line between two columns takes at least. Chosen by hand."""

MIN_WORD_CONTRAST_LEVELS = 40
"""Grey levels by which a header's words differ from what they stand on. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankPrint:
    """The print of a blank page in which tables are looked for.

    `ink` is 255 where the page is dark and 0 elsewhere. `across` holds the long lines across, and `down` is 255 on
    lines down.
    """

    grey: Picture
    ink: Picture
    across: Sequence[Box]
    down: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Equal rows one under another: the box around them, and their number."""

    box: Box
    count: int

    @property
    def height(self) -> float:
        return self.box.height / self.count

    def one_above(self) -> Rows:
        """These rows with one more on top."""
        return Rows(box=self.box._replace(y0=round(self.box.y0 - self.height)), count=self.count + 1)


def borderless_tables(page: BlankPrint, framed: Sequence[Grid]) -> list[Grid]:
    """The tables without framed cells, from the top, that overlap none of the framed ones."""
    found: list[Grid] = []
    for rows in (*_tinted_rows(page), *_ruled_rows(page)):
        grid = _table(page, rows)
        if grid and not any(grid.box.intersects(other.box) for other in (*framed, *found)):
            found.append(grid)
    return sorted(found, key=lambda grid: grid.box.y0)


def _table(page: BlankPrint, rows: Rows) -> Grid | None:
    """The table that rows make with a header right above them, or above one more bare row; None without a header."""
    for each in (rows, rows.one_above()):
        if each.box.y0 <= 0 or not _is_bare(page, each):
            return None
        labels = _labels(page, each)
        if len(labels) >= MIN_COLUMN_COUNT:
            borders = _borders(page, each, labels)
            return Grid(box=each.box, rows=each.count, spans=tuple(pairwise(borders)))
        if labels:
            return None
    return None


def _is_bare(page: BlankPrint, rows: Rows) -> bool:
    """Whether nothing is printed in most rows: printed rows have labels of their own, and are no table to fill in."""
    x0, y0, x1, y1 = rows.box
    tops = [round(y0 + number * rows.height) for number in range(rows.count)]
    bare = 0
    for top, bottom in pairwise([*tops, y1]):
        inside = page.ink[top + SAME_SIDE_PX : bottom - SAME_SIDE_PX, x0 + SAME_SIDE_PX : x1 - SAME_SIDE_PX] > 0
        inside[:, inside.mean(axis=0) > MIN_DIVIDER_SHARE] = False  # lines between columns
        bare += not inside.any()
    return bare >= 0.8 * rows.count


# --- rows ------------------------------------------------------------------------------------------------------------


def _ruled_rows(page: BlankPrint) -> Iterator[Rows]:
    """Equal rows between long lines."""
    width = page.grey.shape[1]
    lines = sorted(
        (line for line in page.across if line.width >= MIN_TABLE_WIDTH_SHARE * width), key=lambda line: line.y0
    )
    for run in _even_runs(lines, width):
        if len(run) > MIN_ROW_COUNT:
            yield Rows(box=Box(run[0].x0, run[0].y0, run[0].x1, run[-1].y1), count=len(run) - 1)


def _tinted_rows(page: BlankPrint) -> Iterator[Rows]:
    """Rows of which every other one is tinted; one more below them counts where it ends at a line."""
    width = page.grey.shape[1]
    for run in _even_runs(_bands(page.grey), width, 2):
        height = run[0].height
        if 2 * len(run) - 1 < MIN_ROW_COUNT or abs(run[1].y0 - run[0].y0 - 2 * height) > 2 * MAX_STEP_DIFFERENCE_PX:
            continue
        rows = Rows(box=Box(run[0].x0, run[0].y0, run[0].x1, run[-1].y1), count=2 * len(run) - 1)
        below = rows.box.y1 + height
        more = any(abs(line.y0 - below) < SAME_SIDE_PX and _same_sides(line, rows.box) for line in page.across)
        yield Rows(box=rows.box._replace(y1=below), count=rows.count + 1) if more else rows


def _even_runs(boxes: Sequence[Box], width: int, rows: int = 1) -> Iterator[list[Box]]:
    """Boxes of one width at even steps one under another; a step is so many rows."""
    left = list(boxes)
    while left:
        run = [left[0]]
        for box in left[1:]:
            step = box.y0 - run[-1].y0
            usual = run[1].y0 - run[0].y0 if len(run) > 1 else step
            fits = (
                ROW_HEIGHT_SHARES[0] * width <= step / rows <= ROW_HEIGHT_SHARES[1] * width
                and abs(step - usual) <= MAX_STEP_DIFFERENCE_PX
            )
            if fits and _same_sides(box, run[0]) and abs(box.height - run[0].height) <= MAX_STEP_DIFFERENCE_PX:
                run.append(box)
        if len(run) > 1:
            yield run
        left = [box for box in left if box not in run[: max(1, len(run) - 1)]]


def _same_sides(one: Box, other: Box) -> bool:
    return abs(one.x0 - other.x0) < SAME_SIDE_PX and abs(one.x1 - other.x1) < SAME_SIDE_PX


def _bands(picture: Picture) -> list[Box]:
    """Tinted bands across much of the page, from the top; another one begins where the tint changes."""
    width = picture.shape[1]
    tint = tinted(picture)
    wide = tint.mean(axis=1) >= MIN_TABLE_WIDTH_SHARE
    level = [int(numpy.median(line[mask])) if long else 0 for line, mask, long in zip(picture, tint, wide, strict=True)]
    starts = [0, *(numpy.flatnonzero(numpy.abs(numpy.diff(level)) > MIN_TINT_LEVELS / 2) + 1).tolist(), len(level)]
    found = []
    for y0, y1 in pairwise(starts):
        if level[y0] and ROW_HEIGHT_SHARES[0] * width <= y1 - y0 <= ROW_HEIGHT_SHARES[1] * width:
            across = numpy.flatnonzero(tint[y0:y1].mean(axis=0) > MIN_DIVIDER_SHARE)
            found.append(Box(int(across[0]), y0, int(across[-1]) + 1, y1))
    return found


# --- columns ---------------------------------------------------------------------------------------------------------


def _labels(page: BlankPrint, rows: Rows) -> list[tuple[int, int]]:
    """The left and right end of each label of the header right above some rows; none without a header."""
    top = max(0, round(rows.box.y0 - MAX_HEADER_DISTANCE_ROWS * rows.height))
    strip = (slice(top, rows.box.y0 - 3), slice(rows.box.x0, rows.box.x1))
    grey = page.grey[strip].astype(int)
    ink = (
        numpy.abs(grey - numpy.median(grey, axis=1, keepdims=True)) > MIN_WORD_CONTRAST_LEVELS
    )  # dark on light, or light on a dark band
    for x in _uprights(page, rows):
        ink[:, x - rows.box.x0 - 2 : x - rows.box.x0 + 3] = False
    ink[:, :SAME_SIDE_PX] = ink[:, -SAME_SIDE_PX:] = False
    ink[ink.mean(axis=1) > MIN_DIVIDER_SHARE] = False  # a line above or below the words
    lines = numpy.flatnonzero(ink.any(axis=1))
    if not lines.size or ink.shape[0] - lines[-1] > MAX_HEADER_GAP_ROWS * rows.height:
        return []
    last = numpy.split(lines, numpy.flatnonzero(numpy.diff(lines) > rows.height / 3) + 1)[-1]
    ink = ink[last[0] : last[-1] + 1]
    columns = numpy.flatnonzero(ink.any(axis=0))
    parts = numpy.split(columns, numpy.flatnonzero(numpy.diff(columns) > MIN_LABEL_GAP_HEIGHTS * ink.shape[0]) + 1)
    return [(rows.box.x0 + int(part[0]), rows.box.x0 + int(part[-1]) + 1) for part in parts]


def _borders(page: BlankPrint, rows: Rows, labels: Sequence[tuple[int, int]]) -> list[int]:
    """The left and right end of each column.

    Upright lines are the borders. Else the labels tell: they stand in the middle of their columns, or at the left of
    them, and from the widest gap on at the right where the last label does.
    """
    x0, _, x1, _ = rows.box
    if uprights := _uprights(page, rows):
        return [x0, *uprights, x1]
    middle = _centred(labels, x0, x1)
    if middle:
        return middle
    aside, rest = labels[0][0] - x0, x1 - labels[-1][1]
    gaps = [right[0] - left[1] for left, right in pairwise(labels)]
    right_from = gaps.index(max(gaps)) + 1 if rest <= max(aside, 0.3 * rows.height) else len(labels)
    inner = [
        label[0] - aside if number < right_from else (labels[number - 1][1] + rest if number > right_from else label[0])
        for number, label in enumerate(labels)
    ]
    return [x0, *(round(max(before[1], each)) for before, each in zip(labels, inner[1:], strict=False)), x1]


def _uprights(page: BlankPrint, rows: Rows) -> list[int]:
    """Upright lines through most of some rows."""
    x0, y0, x1, y1 = rows.box
    upright = numpy.flatnonzero(
        (page.down[y0:y1, x0 + SAME_SIDE_PX : x1 - SAME_SIDE_PX] > 0).mean(axis=0) > MIN_DIVIDER_SHARE
    )
    lines = numpy.split(upright, numpy.flatnonzero(numpy.diff(upright) > SAME_SIDE_PX) + 1)
    return [x0 + SAME_SIDE_PX + int(line.mean()) for line in lines if line.size]


def _centred(labels: Sequence[tuple[int, int]], x0: int, x1: int) -> list[int]:
    """The borders of columns with their labels in the middle; none where labels stand otherwise."""
    borders = [float(x0)]
    for first, last in labels:
        borders.append(first + last - borders[-1])
    inside = all(a <= first and last <= b for (first, last), (a, b) in zip(labels, pairwise(borders), strict=True))
    if not inside or abs(borders[-1] - x1) > 0.03 * (x1 - x0):
        return []
    return [*(round(border) for border in borders[:-1]), x1]


# Headings in light print on a dark or coloured band: nobody writes there, and engines read their negative.

MAX_DARK_BAND_LEVEL = 128
"""A place whose median grey is below is a dark band. Chosen by hand."""

MAX_LETTER_ASPECT = 4.0
"""Width over height up to which a light place on a dark band may be letters of a heading. Chosen by hand."""


def is_on_dark_band(page: Page, box: Box) -> bool:
    """Whether a place is a band behind light print, or a letter on one."""
    picture = grey(page.picture)
    height, width = picture.shape
    lower = box._replace(y0=round(box.middle[1]))  # room above a line on a band may reach above the band
    around = box.padded(box.height) if box.width < MAX_LETTER_ASPECT * box.height else box
    ground, near = (picture[each.clipped(width, height).slices] for each in (lower, around))
    dark = min(float(numpy.median(each)) for each in (ground, near)) < MAX_DARK_BAND_LEVEL
    return dark or _is_light_print(near, float(numpy.median(ground)))


def heading_of(page: Page, heads: list[Box]) -> tuple[Page, list[Box]]:
    """The page and the regions to read a table's headings from.

    On a band they are cut to it, and where its print is light the page is shown as a negative.
    """
    picture = grey(page.picture)
    strip = picture[heads[0]._replace(x1=heads[-1].x1).slices]
    levels = numpy.median(strip, axis=1)
    band = levels < numpy.median(picture) - MIN_WORD_CONTRAST_LEVELS
    if band.mean() <= 0.5:
        return page, heads
    top, bottom = heads[0].y0 + int(band.argmax()) + 3, heads[0].y1 - int(band[::-1].argmax()) - 3
    cut = [head._replace(y0=top, y1=bottom) for head in heads]
    ground = float(numpy.median(levels[band]))
    if not _is_light_print(strip[band], ground):
        return page, cut
    negative = numpy.clip((255.0 - picture) * (255 / (255 - ground)), 0, 255).astype(numpy.uint8)
    return Page(number=page.number, picture=negative), cut


def _is_light_print(picture: Picture, ground: float) -> bool:
    """Whether what stands on this ground, a level of grey, is mostly lighter than it."""
    darkest, lightest = numpy.percentile(picture, (1, 99))
    return bool(lightest - ground > max(MIN_WORD_CONTRAST_LEVELS, ground - darkest))
