"""Line items as a grid: the cells of a table row by row under the names of their columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median_low
from typing import Generic, Protocol, TypeVar

from transcribe.geometry import Box
from transcribe.model import FieldKey

BROAD_TIMES = 2
"""A column is broad from so many times the middle one's width on: a description beside a quantity. Chosen by hand."""


class CellLine(Protocol):
    """What stands in a grid: it knows its field and what its column is called."""

    @property
    def key(self) -> FieldKey:
        """The field; in a table with its row."""

    @property
    def label(self) -> str:
        """What the column is called."""

    @property
    def column(self) -> int:
        """The number of its column on the paper."""

    @property
    def box(self) -> Box:
        """Where it stands on the page."""


Line = TypeVar("Line", bound=CellLine)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemGrid(Generic[Line]):
    """The open cells of one table.

    `rows` are (number from 1, a cell of each column; None where it is not open). `broad` is the number of the column
    that needs most room, whose pictures would else be too small to read; None where all are about as wide.
    """

    columns: tuple[str, ...]
    broad: int | None
    rows: tuple[tuple[int, tuple[Line | None, ...]], ...]


def in_grids(lines: Sequence[Line]) -> Iterator[Line | ItemGrid[Line]]:
    """Lines in their order, with the cells of each table put together in a grid."""
    for table, together in groupby(lines, key=lambda line: line.key.table):
        if table is None:
            yield from together
        else:
            yield _grid(list(together))


def _grid(cells: Sequence[Line]) -> ItemGrid[Line]:
    columns = sorted((cell.column, cell.key.name) for cell in cells)
    names = dict.fromkeys(name for _, name in columns)  # as on the paper, whichever row has an open cell first
    labels = {cell.key.name: cell.label for cell in cells}
    by_place = {(cell.key.row or 0, cell.key.name): cell for cell in cells}
    numbers = sorted({row for row, _ in by_place})
    widths = {cell.key.name: cell.box.x1 - cell.box.x0 for cell in cells}
    widest = max(widths.values())
    broad = (
        [*names].index(max(widths, key=widths.__getitem__))
        if widest >= BROAD_TIMES * median_low(widths.values())
        else None
    )
    rows = tuple((number + 1, tuple(by_place.get((number, name)) for name in names)) for number in numbers)
    return ItemGrid(columns=tuple(labels[name] for name in names), broad=broad, rows=rows)
