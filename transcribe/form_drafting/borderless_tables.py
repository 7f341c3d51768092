"""Tables of a blank page without framed cells: rows told by rules or tints, columns by the words above them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy

from transcribe.form_drafting.grids import NEAR, Grid
from transcribe.form_drafting.paper_tint import MIN_TINT_LEVELS, tinted
from transcribe.geometry import Box

if TYPE_CHECKING:
    from transcribe.model import Picture

WIDE = 0.35
"""Share of the page's width that such a table takes at least."""
ROW = (0.018, 0.075)
"""Heights of a row as shares of the page's width: 4 to 16 mm of A4."""
FEWEST_ROWS, FEWEST_COLUMNS = 3, 3
EVEN = 4
"""Pixels by which steps from row to row differ at most."""
HEAD, NEAREST = 1.4, 0.6
"""Heights of a row in which the header stands above the first one, and within which its last words end."""
GAP = 1.2
"""Heights of the header's print from which a gap parts two labels; words of one stand closer."""
UPRIGHT = 0.6
"""Share of the table's height of a line that parts two columns."""
CLEAR = 40
"""Grey levels by which a header's words differ from what they stand on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """A blank page as far as tables are looked for: its greys, its ink (0 and 255), its long lines across and down."""

    grey: Picture
    ink: Picture
    across: Sequence[Box]
    down: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Equal rows one under another: the box around them and how many they are."""

    box: Box
    count: int

    @property
    def height(self) -> float:
        return self.box.height / self.count

    def one_above(self) -> Rows:
        """The same with one row more on top."""
        return Rows(box=self.box._replace(y0=round(self.box.y0 - self.height)), count=self.count + 1)


def striped(page: Print, framed: Sequence[Grid]) -> list[Grid]:
    """The tables without framed cells, apart from those that were found already, from the top."""
    found: list[Grid] = []
    for rows in (*_zebra(page), *_ruled(page)):
        grid = _table(page, rows)
        if grid and not any(grid.box.intersects(other.box) for other in (*framed, *found)):
            found.append(grid)
    return sorted(found, key=lambda grid: grid.box.y0)


def _table(page: Print, rows: Rows) -> Grid | None:
    """The table that rows make with a header right above them, or above one more row that is as bare as they are."""
    for each in (rows, rows.one_above()):
        if each.box.y0 <= 0 or not _is_bare(page, each):
            return None
        labels = _labels(page, each)
        if len(labels) >= FEWEST_COLUMNS:
            borders = _borders(page, each, labels)
            return Grid(box=each.box, rows=each.count, spans=tuple(pairwise(borders)))
        if labels:
            return None
    return None


def _is_bare(page: Print, rows: Rows) -> bool:
    """Whether nothing is printed in most rows: what is has labels of its own, and is no table to fill in."""
    x0, y0, x1, y1 = rows.box
    tops = [round(y0 + number * rows.height) for number in range(rows.count)]
    bare = 0
    for top, bottom in pairwise([*tops, y1]):
        inside = page.ink[top + NEAR : bottom - NEAR, x0 + NEAR : x1 - NEAR] > 0
        inside[:, inside.mean(axis=0) > UPRIGHT] = False  # what parts the columns
        bare += not inside.any()
    return bare >= 0.8 * rows.count


# --- rows ------------------------------------------------------------------------------------------------------------


def _ruled(page: Print) -> Iterator[Rows]:
    """Equal rows between long lines."""
    width = page.grey.shape[1]
    lines = sorted((line for line in page.across if line.width >= WIDE * width), key=lambda line: line.y0)
    for run in _runs(lines, width):
        if len(run) > FEWEST_ROWS:
            yield Rows(box=Box(run[0].x0, run[0].y0, run[0].x1, run[-1].y1), count=len(run) - 1)


def _zebra(page: Print) -> Iterator[Rows]:
    """Rows of which every other one is tinted. One more below them ends at a line."""
    width = page.grey.shape[1]
    for run in _runs(_bands(page.grey), width, 2):
        height = run[0].height
        if 2 * len(run) - 1 < FEWEST_ROWS or abs(run[1].y0 - run[0].y0 - 2 * height) > 2 * EVEN:
            continue
        rows = Rows(box=Box(run[0].x0, run[0].y0, run[0].x1, run[-1].y1), count=2 * len(run) - 1)
        below = rows.box.y1 + height
        more = any(abs(line.y0 - below) < NEAR and _level(line, rows.box) for line in page.across)
        yield Rows(box=rows.box._replace(y1=below), count=rows.count + 1) if more else rows


def _runs(boxes: Sequence[Box], width: int, rows: int = 1) -> Iterator[list[Box]]:
    """Boxes of one width at even steps one under another, a step being so many rows."""
    left = list(boxes)
    while left:
        run = [left[0]]
        for box in left[1:]:
            step = box.y0 - run[-1].y0
            usual = run[1].y0 - run[0].y0 if len(run) > 1 else step
            fits = ROW[0] * width <= step / rows <= ROW[1] * width and abs(step - usual) <= EVEN
            if fits and _level(box, run[0]) and abs(box.height - run[0].height) <= EVEN:
                run.append(box)
        if len(run) > 1:
            yield run
        left = [box for box in left if box not in run[: max(1, len(run) - 1)]]


def _level(one: Box, other: Box) -> bool:
    return abs(one.x0 - other.x0) < NEAR and abs(one.x1 - other.x1) < NEAR


def _bands(picture: Picture) -> list[Box]:
    """Tinted bands across much of the page, from the top; where the tint changes another one begins."""
    width = picture.shape[1]
    tint = tinted(picture)
    wide = tint.mean(axis=1) >= WIDE
    level = [int(numpy.median(line[mask])) if long else 0 for line, mask, long in zip(picture, tint, wide, strict=True)]
    starts = [0, *(numpy.flatnonzero(numpy.abs(numpy.diff(level)) > MIN_TINT_LEVELS / 2) + 1).tolist(), len(level)]
    found = []
    for y0, y1 in pairwise(starts):
        if level[y0] and ROW[0] * width <= y1 - y0 <= ROW[1] * width:
            across = numpy.flatnonzero(tint[y0:y1].mean(axis=0) > UPRIGHT)
            found.append(Box(int(across[0]), y0, int(across[-1]) + 1, y1))
    return found


# --- columns ---------------------------------------------------------------------------------------------------------


def _labels(page: Print, rows: Rows) -> list[tuple[int, int]]:
    """Where the labels of the header right above some rows begin and end."""
    top = max(0, round(rows.box.y0 - HEAD * rows.height))
    strip = (slice(top, rows.box.y0 - 3), slice(rows.box.x0, rows.box.x1))
    grey = page.grey[strip].astype(int)
    ink = numpy.abs(grey - numpy.median(grey, axis=1, keepdims=True)) > CLEAR  # dark on light, or light on a dark band
    for x in _uprights(page, rows):
        ink[:, x - rows.box.x0 - 2 : x - rows.box.x0 + 3] = False
    ink[:, :NEAR] = ink[:, -NEAR:] = False
    ink[ink.mean(axis=1) > UPRIGHT] = False  # a line above or below the words
    lines = numpy.flatnonzero(ink.any(axis=1))
    if not lines.size or ink.shape[0] - lines[-1] > NEAREST * rows.height:
        return []
    last = numpy.split(lines, numpy.flatnonzero(numpy.diff(lines) > rows.height / 3) + 1)[-1]
    ink = ink[last[0] : last[-1] + 1]
    columns = numpy.flatnonzero(ink.any(axis=0))
    parts = numpy.split(columns, numpy.flatnonzero(numpy.diff(columns) > GAP * ink.shape[0]) + 1)
    return [(rows.box.x0 + int(part[0]), rows.box.x0 + int(part[-1]) + 1) for part in parts]


def _borders(page: Print, rows: Rows, labels: Sequence[tuple[int, int]]) -> list[int]:
    """Where columns begin and end: at upright lines; else as the labels stand in their columns, in the middle or at the
    left, and from the widest gap on at the right where the last one does."""
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


def _uprights(page: Print, rows: Rows) -> list[int]:
    """Upright lines through most of some rows."""
    x0, y0, x1, y1 = rows.box
    upright = numpy.flatnonzero((page.down[y0:y1, x0 + NEAR : x1 - NEAR] > 0).mean(axis=0) > UPRIGHT)
    lines = numpy.split(upright, numpy.flatnonzero(numpy.diff(upright) > NEAR) + 1)
    return [x0 + NEAR + int(line.mean()) for line in lines if line.size]


def _centred(labels: Sequence[tuple[int, int]], x0: int, x1: int) -> list[int]:
    """The borders of columns that have their labels in the middle; none where they have not."""
    borders = [float(x0)]
    for first, last in labels:
        borders.append(first + last - borders[-1])
    inside = all(a <= first and last <= b for (first, last), (a, b) in zip(labels, pairwise(borders), strict=True))
    if not inside or abs(borders[-1] - x1) > 0.03 * (x1 - x0):
        return []
    return [*(round(border) for border in borders[:-1]), x1]
