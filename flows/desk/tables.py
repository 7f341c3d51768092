"""Tables: each is shown on a page, and stands as CSV and as JSON at an address of its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from urllib.parse import urlencode

from fastapi import Response
from fastapi.responses import JSONResponse

from reconcile.records import spreadsheet_text

Plain = str | int | float | bool | None
"""What a cell is for programs."""

Kind = Literal["csv", "json"]
"""The formats in which a table is given, as the end of its address."""

MOST_WORD_CHARACTERS = 40
"""A longer word breaks, so that its table is no wider than the page. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A small picture in a cell: where it lies, what it shows in words, and what it leads to."""

    source: str
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what it is for programs, how people see it, the list behind it, and pictures beside it.

    `is_amount`: it is a figure, or stands for one, though programs are given no number.
    """

    value: Plain
    shown: str = ""
    href: str = ""
    badge: str = ""
    pictures: Sequence[Glimpse] = ()
    is_amount: bool = False
    is_moment: bool = False

    @property
    def words(self) -> str:
        """What people see."""
        if self.pictures:
            return self.shown
        return self.shown or ("" if self.value is None else str(self.value))

    @property
    def is_number(self) -> bool:
        """Whether it is a figure."""
        return self.is_amount or (isinstance(self.value, int | float) and not isinstance(self.value, bool))

    @property
    def has_long_word(self) -> bool:
        """Whether a word is so long that it has to break, as its table would be wider than the page."""
        return any(len(word) > MOST_WORD_CHARACTERS for word in self.words.split())


NO_FIGURE = Cell(None, "–", is_amount=True)
"""Where a figure would stand, and there is none."""

Raw = str | int | datetime | date | Cell | None
"""What a row is made of: what is no cell is shown by its type."""

Row = Sequence[Raw]
"""A row of a table."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for programs, its head for people, and whether any of its cells is a number."""

    name: str
    head: str
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table. `address` is where it stands with .csv or .json put behind it; `nothing` is said where it is empty."""

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    address: str = ""
    query: Mapping[str, str] | None = None
    nothing: str = ""

    def at(self, kind: Kind) -> str:
        """The address of the table in a format."""
        return f"{self.address}.{kind}{with_query(self.query or {})}"


def with_query(values: Mapping[str, str]) -> str:
    """The query of an address, "" where there is none; empty values are left out."""
    given = {name: value for name, value in values.items() if value}
    return f"?{urlencode(given)}" if given else ""


def time_cell(at: datetime | None, shown: str) -> Cell:
    """A time, for programs as ISO 8601."""
    return Cell(None) if at is None else Cell(at.isoformat(timespec="seconds"), shown, is_moment=True)


def scan_cell(scan: str, name: str, place: str = "") -> Cell:
    """A scan by its file's name, which leads to a place of its page. Where that is erased it is its id's beginning."""
    return Cell(scan, name or scan[:12], f"/desk/scan/{scan}{place}")


def batch_address(name: str, page: str = "") -> str:
    """The address of a batch's page, or of one below it."""
    return f"/desk/batch{page}{with_query({'name': name})}"


def batch_cell(name: str) -> Cell:
    """A batch, which leads to its page; nothing where there is none."""
    return Cell(name, "", batch_address(name) if name else "")


def table_file(table: Table, kind: Kind) -> Response:
    """A table as a file: what its cells are for programs."""
    names = [column.name for column in table.columns]
    if kind == "json":
        rows = [dict(zip(names, (cell.value for cell in row), strict=True)) for row in table.rows]
        return JSONResponse({table.name: rows})
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([_written(cell.value) for cell in row] for row in table.rows)
    headers = {"content-disposition": f'attachment; filename="{table.name}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _written(value: Plain) -> str:
    """A cell of CSV that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return spreadsheet_text(value) if isinstance(value, str) else str(value)
