"""How the fields of forms are called in the record database: table and column names, and what a column holds."""

from __future__ import annotations

import re
from typing import Literal

from transcribe.model import FieldKey

ColumnKind = Literal["amount", "integer", "mark", "text"]
"""What a column holds: money as decimal text beside its minor units; integers; 0 or 1; everything else as text."""

FIXED_TABLES = frozenset(
    "records provenance history exceptions erased forms columns outbox_position least_sure sqlite_master".split()
)
FORM_TABLE_COLUMNS = {
    "id": int,
    "scan": str,
    "scan_name": str,
    "record_version": int,
    "recorded_at": str,
    "exceptions": int,
}
"""Columns of every form's table that are no field of it."""

LINE_TABLE_COLUMNS = {"id": int, "record": int, "scan": str, "row": int}
"""Columns of every table of lines that are no column of the form's table."""

SEARCHABLE_TYPES = frozenset({"text", "name", "address", "code", "email", "phone", "choice"})
"""Field types whose words can be searched."""

LINES_PER_RECORD = 10_000
"""The id of a line is its record's id times this, plus its row: the same after a rebuild."""

MINOR_UNITS_SUFFIX = "_minor"
"""What the column of an amount's minor units has at the end of its name."""


def column_kind(type_name: str) -> ColumnKind:
    """What a column of this field type holds."""
    match type_name:
        case "amount":
            return "amount"
        case "integer":
            return "integer"
        case "checkbox" | "signature":
            return "mark"
        case _:
            return "text"


def sql_type(held: ColumnKind) -> type:
    """The Python type that sqlite-utils turns into the column's: INTEGER or TEXT."""
    return int if held in ("integer", "mark") else str


def sql_name(name: str) -> str:
    """A name that needs no quotes in SQL: letters, digits and underscores, no digit first."""
    plain = re.sub(r"[^a-z0-9_]+", "_", name.casefold()).strip("_") or "it"
    return f"n{plain}" if plain[0].isdigit() else plain


def free_name(wanted: str, taken: frozenset[str] | set[str]) -> str:
    """The name, with a number behind it where something else is called so."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name


def table_and_column(key: FieldKey) -> tuple[str, str]:
    """The form's table ("" for plain fields) and the name inside it: "lines.quantity" is ("lines", "quantity")."""
    if key.row is None:
        return "", key.name
    table, _, column = key.name.partition(".")
    return table, column
