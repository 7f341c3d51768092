"""Names of the record database: those of its tables and columns, and the kinds of value that columns hold."""

from __future__ import annotations

import re
from typing import Literal

from transcribe.model import FieldKey

ColumnKind = Literal["amount", "integer", "mark", "text"]
"""The kind of value in a column.

"amount" is decimal text, with another column for the minor units. "mark" is 0 or 1. All other types are "text".
"""

FIXED_TABLES = frozenset(
    "records provenance history exceptions erased forms columns outbox_position outbox_mark".split()
    + "least_sure sqlite_master".split()
)
"""Names that no table of a form may have."""

FORM_TABLE_COLUMNS = {
    "id": int,
    "scan": str,
    "scan_name": str,
    "record_version": int,
    "recorded_at": str,
    "exceptions": int,
}
"""Columns of each form's table that hold no field."""

LINE_TABLE_COLUMNS = {"id": int, "record": int, "scan": str, "row": int}
"""Columns of each table of lines that hold no field."""

SEARCHABLE_TYPES = frozenset({"text", "name", "address", "code", "email", "phone", "choice"})
"""Field types that the search index covers."""

LINES_PER_RECORD = 10_000
"""The most lines of a record.

The id of a line is its record's id times this, plus its row. So it is the same after a rebuild.
"""

MINOR_UNITS_SUFFIX = "_minor"
"""The end of the name of a column with minor units."""


def column_kind(type_name: str) -> ColumnKind:
    """The kind of value in a column of this field type."""
    match type_name:
        case "amount":
            return "amount"
        case "integer":
            return "integer"
        case "checkbox" | "signature":
            return "mark"
        case _:
            return "text"


def sql_type(kind: ColumnKind) -> type:
    """The Python type of a kind, which sqlite-utils turns into INTEGER or TEXT."""
    return int if kind in ("integer", "mark") else str


def sql_name(name: str) -> str:
    """The name made safe to use in SQL without quotes: letters, digits and underscores, no digit first."""
    plain = re.sub(r"[^a-z0-9_]+", "_", name.casefold()).strip("_") or "it"
    return f"n{plain}" if plain[0].isdigit() else plain


def free_name(wanted: str, taken: frozenset[str] | set[str]) -> str:
    """The wanted name, with a number at its end where it is taken."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name


def table_and_column(key: FieldKey) -> tuple[str, str]:
    """The form's table ("" for plain fields) and the column in it: "lines.quantity" is ("lines", "quantity")."""
    if key.row is None:
        return "", key.name
    table, _, column = key.name.partition(".")
    return table, column
