"""Tables of a blank page: grids of equal rows among its boxes."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from transcribe.fields import facts_of, looks_like_payment, named_currency
from transcribe.forms import cell
from transcribe.geometry import Box

if TYPE_CHECKING:
    from transcribe.model import Picture


SAME_SIDE_PX = 8
"""Sides that lie closer together are the same. Chosen by hand."""

MIN_ROW_COUNT = 3
"""A table has at least so many rows. Chosen by hand."""

MIN_COLUMN_COUNT = 2
"""A table has at least so many columns. Chosen by hand."""

MIN_CELL_COUNT = 3
"""A comb has at least so many boxes, for one character each. Chosen by hand."""

MAX_CELL_ASPECT = 1.3
"""Width of a character's box over its height, at most. Chosen by hand."""

MAX_CELL_GAP_WIDTHS = 0.9
"""The widest gap between boxes of one comb, in their widths: boxes farther apart have labels of their own.

Chosen by hand.
"""

MIN_COMB_COLUMN_COUNT = 5
"""A grid with so many columns, all as narrow as a character's box, is rows of combs and no table. Chosen by hand."""

MAX_HEAD_HEIGHT_ROWS = 1.6
"""Height of the one frame around all titles of a table, at most, in rows: a higher one is a place to write in. Chosen
by hand."""

MAX_ROOM_BELOW_TITLES_SHARE = 0.5
"""Share of such a frame's height that is paper below the titles, at most: below a label there is more. Chosen by hand.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Rows of equal boxes.

    `box` holds the rows without a header, and `spans` are x0 and x1 of each column.
    """

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
        if end - begin >= MIN_ROW_COUNT and len(rows[begin]) >= MIN_COLUMN_COUNT:
            block = rows[begin:end]
            grids.append(_grid(block))
            used |= {box for row in block for box in row}
        begin = end
    return grids, [box for box in cells if box not in used]


def grid_cells(grid: Grid) -> list[Box]:
    """The boxes of a grid, row by row."""
    return [cell(grid.box, grid.rows, row, span) for row in range(grid.rows) for span in grid.spans]


def comb_rows(boxes: Sequence[Box]) -> tuple[list[Box], list[Box]]:
    """The combs among some boxes, each as the box around its row; and the boxes that are in none."""
    found: list[list[Box]] = []
    for row in _rows([box for box in boxes if box.width <= MAX_CELL_ASPECT * box.height]):
        found.append([row[0]])
        for box in row[1:]:
            last = found[-1][-1]
            alike = abs(box.width - last.width) < SAME_SIDE_PX and box.x0 - last.x1 <= MAX_CELL_GAP_WIDTHS * last.width
            if alike:
                found[-1].append(box)
            else:
                found.append([box])
    rows = [row for row in found if len(row) >= MIN_CELL_COUNT]
    used = {box for row in rows for box in row}
    whole = [Box(row[0].x0, min(b.y0 for b in row), row[-1].x1, max(b.y1 for b in row)) for row in rows]
    return whole, [box for box in boxes if box not in used]


def is_combs(grid: Grid) -> bool:
    """Whether a grid is rows of combs, boxes for one character each."""
    widths = [x1 - x0 for x0, x1 in grid.spans]
    narrow = max(widths) <= MAX_CELL_ASPECT * grid.box.height / grid.rows
    return narrow and len(widths) >= MIN_COMB_COLUMN_COUNT and max(widths) - min(widths) < SAME_SIDE_PX


def has_print_between(grid: Grid, ink: Picture) -> bool:
    """Whether print stands between two columns in most rows: labels of lines to write on, which are no table."""
    height = grid.box.height / grid.rows
    gaps = [(left[1] + 4, right[0] - 4) for left, right in pairwise(grid.spans) if right[0] - left[1] > 12]
    tops = [round(grid.box.y0 + row * height) for row in range(grid.rows)]
    return any(sum(bool(ink[y : y + round(height), x0:x1].any()) for y in tops) > grid.rows / 2 for x0, x1 in gaps)


def below_header(grid: Grid, letters: Picture) -> Grid | None:
    """The grid without its header: the first rows, as far as print stands in most of their cells.

    None where fewer rows are left than a table has.
    """
    first, columns = 0, len(grid.spans)
    while first < grid.rows and _has_print(grid_cells(grid)[first * columns : (first + 1) * columns], letters):
        first += 1
    if grid.rows - first < MIN_ROW_COUNT - 1:
        return None
    top = round(grid.box.y0 + first * grid.box.height / grid.rows)
    return replace(grid, box=grid.box._replace(y0=top), rows=grid.rows - first)


def is_head_row(box: Box, grid: Grid, letters: Picture) -> bool:
    """Whether a frame lies on a whole table and holds the titles of its columns, with no line between them.

    They stand in most columns, and none goes on from one column to the next.
    """
    on_top = (
        abs(box.y1 - grid.box.y0) < SAME_SIDE_PX and box.height < MAX_HEAD_HEIGHT_ROWS * grid.box.height / grid.rows
    )
    if not on_top or abs(box.x0 - grid.box.x0) >= SAME_SIDE_PX or abs(box.x1 - grid.box.x1) >= SAME_SIDE_PX:
        return False
    inner = letters[box.padded(-SAME_SIDE_PX).slices]
    if not inner.any():
        return False
    room_below = SAME_SIDE_PX + next(height for height, row in enumerate(inner[::-1]) if row.any())
    if room_below > MAX_ROOM_BELOW_TITLES_SHARE * box.height:
        return False
    heads = [Box(x0, box.y0, x1, box.y1) for x0, x1 in grid.spans]
    sides = [letters[box.y0 + SAME_SIDE_PX : box.y1 - SAME_SIDE_PX, x - 2 : x + 3] for x, _ in grid.spans[1:]]
    return _has_print(heads, letters) and not any(bool(side.any()) for side in sides)


def without_printed_columns(grid: Grid, letters: Picture) -> Grid:
    """The grid without the columns in which print stands in most rows, as what each row is for.

    The same grid where that is all of them: then each cell has its label inside.
    """
    cells, columns = grid_cells(grid), len(grid.spans)
    bare = [span for number, span in enumerate(grid.spans) if not _has_print(cells[number::columns], letters)]
    if not bare:
        return grid
    return replace(grid, box=grid.box._replace(x0=bare[0][0], x1=bare[-1][1]), spans=tuple(bare))


def parted(boxes: Sequence[Box], finer: Sequence[Box]) -> list[Box]:
    """The boxes, with those in their parts that finer ruling makes rows of a table of."""
    cells = [each for grid in grids(finer)[0] for each in grid_cells(grid)]
    split = [box for box in boxes if sum(box.padded(SAME_SIDE_PX).contains(each) for each in cells) >= MIN_ROW_COUNT]
    rows = [each for each in cells if any(box.padded(SAME_SIDE_PX).contains(each) for box in split)]
    return [box for box in boxes if box not in split] + rows


def _has_print(cells: Sequence[Box], letters: Picture) -> bool:
    """Whether print stands in most of some cells."""
    inner = [letters[box.padded(-SAME_SIDE_PX).slices] for box in cells]
    return sum(bool(each.any()) for each in inner) > len(cells) / 2


def _rows(cells: Sequence[Box]) -> list[list[Box]]:
    """Rows of boxes whose upper and lower sides agree, from the top, each from left to right."""
    rows: list[list[Box]] = []
    for box in sorted(cells, key=lambda box: (box.y0, box.x0)):
        row = next(
            (r for r in rows if abs(r[0].y0 - box.y0) < SAME_SIDE_PX and abs(r[0].y1 - box.y1) < SAME_SIDE_PX), None
        )
        if row is None:
            rows.append([box])
        else:
            row.append(box)
    return [sorted(row) for row in rows]


def _continues(above: Sequence[Box], below: Sequence[Box], first: Sequence[Box]) -> bool:
    """Whether a row is the next of the same grid: it has the same columns, is as high, and lies right under it."""
    same = len(above) == len(below) and all(
        abs(one.x0 - other.x0) < SAME_SIDE_PX and abs(one.x1 - other.x1) < SAME_SIDE_PX
        for one, other in zip(above, below, strict=True)
    )
    step = below[0].y0 - above[0].y0
    return same and step < 1.6 * first[0].height and abs(below[0].height - first[0].height) < SAME_SIDE_PX


def _grid(rows: Sequence[Sequence[Box]]) -> Grid:
    """The grid of rows found; its rows divide its height evenly, from the first row's top to the last one's bottom."""
    first, last = rows[0], rows[-1]
    step = (last[0].y0 - first[0].y0) / (len(rows) - 1)
    bottom = max(box.y1 for box in last)
    box = Box(first[0].x0, round(bottom - step * len(rows)), first[-1].x1, bottom)
    spans = tuple((each.x0, each.x1) for each in first)
    return Grid(box=box, rows=len(rows), spans=spans)


# Which type of field a label names, as forms in English, French, Spanish, German, Italian and Dutch print them.


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """One field or column of a draft; its label is "" where no print stands beside it."""

    name: str
    label: str
    type: str
    box: Box
    page: int = 1


def field_toml(field: Drafted) -> str:
    """A field as a definition has it; one that looks like payment data is masked."""
    label = f'label = "{field.label}"\n' if field.label else "# no print stands beside it\n"
    page = f"page = {field.page}\n" if field.page > 1 else ""
    masked = 'personal = "payment"\n' if looks_like_payment(field.label, field.type) else ""
    kind = f"{_kind_toml(field)}{masked}{page}"
    return f'[[field]]\nname = "{field.name}"\n{label}{kind}box = {list(field.box)}'


def _kind_toml(field: Drafted) -> str:
    """The type of a field or column, with the currency that its label names."""
    named = named_currency(field.label) if facts_of(field.type).is_money else ""
    return f'type = "{field.type}"\n' + (f'currency = "{named}"\n' if named else "")


def table_toml(number: int, page: int, grid: Grid, columns: Sequence[Drafted]) -> str:
    """A table with its columns as a definition has it; `number` counts from 0."""
    name = "lines" if number == 0 else f"lines_{number + 1}"
    x0, x1 = min(c.box.x0 for c in columns), max(c.box.x1 for c in columns)
    box = Box(min(grid.box.x0, x0), grid.box.y0, max(grid.box.x1, x1), grid.box.y1)
    head = f'[[table]]\nname = "{name}"\n' + (f"page = {page}\n" if page > 1 else "")
    head += f"box = {list(box)}\nrows = {grid.rows}"
    each = (
        f'[[table.column]]\nname = "{column.name}"\nlabel = "{column.label}"\n{_kind_toml(column)}'
        f"span = [{column.box.x0}, {column.box.x1}]"
        for column in columns
    )
    return "\n\n".join((head, *each))


# Drafted places that lie on one another: two fields on one place would read the same.


def each_on_its_own(labels: Mapping[Box, str], frames: Container[Box], tables: Sequence[Box]) -> dict[Box, Box]:
    """The places that stay, each with its box where it lies on no other one.

    `labels` gives every place its label, and `frames` those that are drawn all around. Frames around places with labels
    of their own, or around a table, are panels and go. Of a frame with lines inside that have no other label than the
    frame, the lines go. Room above a line ends below what stands above it.
    """
    panels, lines = set(), set()
    for frame, label in labels.items():
        if frame not in frames:
            continue
        inside = [box for box in labels if box != frame and _holds(frame, box)]
        if any(labels[box] != label for box in inside) or any(_holds(frame, table) for table in tables):
            panels.add(frame)
        else:
            lines.update(inside)
    kept = [box for box in labels if box not in panels and box not in lines]
    kept = [box for box in kept if not any(_holds(table, box) for table in tables)]
    return {box: _below_others(box, [*kept, *tables]) for box in kept}


def _holds(outer: Box, inner: Box) -> bool:
    """Whether one box lies in another one, and is smaller."""
    return outer.padded(SAME_SIDE_PX).contains(inner) and inner.area < outer.area


def _below_others(box: Box, others: Sequence[Box]) -> Box:
    """A box that begins below the others whose lower side it covers."""
    above = [each.y1 for each in others if each.intersects(box) and each.middle[1] < box.middle[1] and each.y1 < box.y1]
    return box._replace(y0=max([box.y0, *above]))
