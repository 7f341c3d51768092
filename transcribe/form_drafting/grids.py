"""Grids of equal rows among the boxes of a blank page: its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from transcribe.forms import cell
from transcribe.geometry import Box

if TYPE_CHECKING:
    from transcribe.model import Picture

NEAR = 8
"""Pixels within which sides are the same."""
FEWEST_ROWS, FEWEST_COLUMNS = 3, 2
FEWEST_CELLS, WIDEST, APART = 3, 1.3, 0.9
"""A row of boxes for one character each: how many there are at least, how wide one is over its height, and how far they
stand apart at most, in widths, where groups of them are parted. What stands farther apart has a label of its own."""
COMB_COLUMNS = 5
"""A grid with so many columns, all as narrow as a character's box, is rows of such boxes and no table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Rows of equal boxes; `spans` are x0 and x1 of each column, and `box` holds the rows without a header."""

    box: Box
    rows: int
    spans: tuple[tuple[int, int], ...]


def grids(cells: Sequence[Box]) -> tuple[list[Grid], list[Box]]:
    """Grids of equal rows among boxes, and the boxes that are in none."""
    rows = _rows(cells)
    grids, used = [], set()
    begin = 0
    while begin < len(rows):
        end = begin + 1
        while end < len(rows) and _continues(rows[end - 1], rows[end], rows[begin]):
            end += 1
        if end - begin >= FEWEST_ROWS and len(rows[begin]) >= FEWEST_COLUMNS:
            block = rows[begin:end]
            grids.append(_grid(block))
            used |= {box for row in block for box in row}
        begin = end
    return grids, [box for box in cells if box not in used]


def cells(grid: Grid) -> list[Box]:
    """The boxes of a grid, row by row."""
    return [cell(grid.box, grid.rows, row, span) for row in range(grid.rows) for span in grid.spans]


def combs(boxes: Sequence[Box]) -> tuple[list[Box], list[Box]]:
    """The places of a character each that stand in a row, as one box a row; and the boxes that are in none."""
    found: list[list[Box]] = []
    for row in _rows([box for box in boxes if box.width <= WIDEST * box.height]):
        found.append([row[0]])
        for box in row[1:]:
            last = found[-1][-1]
            alike = abs(box.width - last.width) < NEAR and box.x0 - last.x1 <= APART * last.width
            if alike:
                found[-1].append(box)
            else:
                found.append([box])
    rows = [row for row in found if len(row) >= FEWEST_CELLS]
    used = {box for row in rows for box in row}
    whole = [Box(row[0].x0, min(b.y0 for b in row), row[-1].x1, max(b.y1 for b in row)) for row in rows]
    return whole, [box for box in boxes if box not in used]


def is_combs(grid: Grid) -> bool:
    """Whether a grid is rows of boxes for one character each."""
    widths = [x1 - x0 for x0, x1 in grid.spans]
    narrow = max(widths) <= WIDEST * grid.box.height / grid.rows
    return narrow and len(widths) >= COMB_COLUMNS and max(widths) - min(widths) < NEAR


def has_print_between(grid: Grid, ink: Picture) -> bool:
    """Whether print stands between the columns in most rows: labels of lines to write on, which are no table."""
    height = grid.box.height / grid.rows
    gaps = [(left[1] + 4, right[0] - 4) for left, right in pairwise(grid.spans) if right[0] - left[1] > 12]
    tops = [round(grid.box.y0 + row * height) for row in range(grid.rows)]
    return any(sum(bool(ink[y : y + round(height), x0:x1].any()) for y in tops) > grid.rows / 2 for x0, x1 in gaps)


def below_header(grid: Grid, ink: Picture) -> Grid | None:
    """The grid without its first rows, as far as print stands in most of their cells: they are its header. None where
    fewer rows are left than a table has."""
    first = 0
    while first < grid.rows and _printed(cells(grid)[first * len(grid.spans) : (first + 1) * len(grid.spans)], ink):
        first += 1
    if grid.rows - first < FEWEST_ROWS - 1:
        return None
    top = round(grid.box.y0 + first * grid.box.height / grid.rows)
    return Grid(box=grid.box._replace(y0=top), rows=grid.rows - first, spans=grid.spans)


def _printed(cells: Sequence[Box], ink: Picture) -> bool:
    """Whether print stands inside most of some cells."""
    inner = [ink[box.padded(-NEAR).slices] for box in cells]
    return sum(bool(each.any()) for each in inner) > len(cells) / 2


def _rows(cells: Sequence[Box]) -> list[list[Box]]:
    """Boxes whose upper and lower sides agree, from left to right, the rows from the top."""
    rows: list[list[Box]] = []
    for box in sorted(cells, key=lambda box: (box.y0, box.x0)):
        row = next((r for r in rows if abs(r[0].y0 - box.y0) < NEAR and abs(r[0].y1 - box.y1) < NEAR), None)
        if row is None:
            rows.append([box])
        else:
            row.append(box)
    return [sorted(row) for row in rows]


def _continues(above: Sequence[Box], below: Sequence[Box], first: Sequence[Box]) -> bool:
    """Whether a row is the next of the same grid: the same columns, right under it, as high."""
    same = len(above) == len(below) and all(
        abs(one.x0 - other.x0) < NEAR and abs(one.x1 - other.x1) < NEAR for one, other in zip(above, below, strict=True)
    )
    step = below[0].y0 - above[0].y0
    return same and step < 1.6 * first[0].height and abs(below[0].height - first[0].height) < NEAR


def _grid(rows: Sequence[Sequence[Box]]) -> Grid:
    """The grid of rows found; its rows divide its height evenly, from the first row's top to the last one's bottom."""
    first, last = rows[0], rows[-1]
    step = (last[0].y0 - first[0].y0) / (len(rows) - 1)
    bottom = max(box.y1 for box in last)
    box = Box(first[0].x0, round(bottom - step * len(rows)), first[-1].x1, bottom)
    spans = tuple((each.x0, each.x1) for each in first)
    return Grid(box=box, rows=len(rows), spans=spans)
