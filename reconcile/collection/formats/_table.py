"""Rows of a CSV or TSV text as dictionaries, with the numbers of their lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator

csv.field_size_limit(1 << 24)  # annotations of a whole page stand in one cell


def column_names(text: str) -> list[str]:
    """The column names, none where the text is no table."""
    first = text.removeprefix("\ufeff").split("\n", 1)[0].strip("\r")
    if not first or first[0] in "{[":
        return []
    return next(csv.reader([first], delimiter=_delimiter(first)), [])


def table_rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, row) of every row after the header; missing cells are left out."""
    # not splitlines, which parts a text at rarer characters too, in the midst of a cell
    lines = text.removeprefix("\ufeff").split("\n")
    reader = csv.DictReader((f"{line}\n" for line in lines), delimiter=_delimiter(lines[0]))
    for row in reader:
        yield reader.line_num, {name: cell for name, cell in row.items() if name is not None and cell is not None}


def _delimiter(first: str) -> str:
    """What stands most often between the names of columns; spreadsheets of many countries write semicolons."""
    return max(",\t;", key=first.count)
