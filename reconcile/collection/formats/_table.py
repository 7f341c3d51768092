"""Rows of a CSV or TSV text as dictionaries, with the numbers of their lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator

MAX_CELL_CHARACTERS = 1 << 24
"""The longest cell that is read: annotations of a whole page stand in one. Chosen by hand."""


def column_names(text: str) -> list[str]:
    """The column names; none where the text is no table."""
    first = text.removeprefix("\ufeff").split("\n", 1)[0].strip("\r")
    if not first or first[0] in "{[":
        return []
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    return next(csv.reader([first], delimiter=_delimiter(first)), [])


def table_rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, row) of every row after the header. Missing cells are left out of a row."""
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    # str.splitlines would also split at rarer characters, in the middle of a cell.
    lines = text.removeprefix("\ufeff").split("\n")
    reader = csv.DictReader((f"{line}\n" for line in lines), delimiter=_delimiter(lines[0]))
    for row in reader:
        yield reader.line_num, {name: cell for name, cell in row.items() if name is not None and cell is not None}


def _delimiter(first: str) -> str:
    """The most frequent of comma, tab and semicolon: spreadsheets of many countries write semicolons."""
    return max(",\t;", key=first.count)
