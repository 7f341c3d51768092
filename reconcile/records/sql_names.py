"""Names of the record database: those of its tables and columns, and the kinds of value that columns hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Set
from typing import Literal

from transcribe.model import FieldKey

ColumnKind = Literal["amount", "integer", "mark", "text"]
"""The kind of value in a column.

"amount" is decimal text, with another column for the minor units. "mark" is 0 or 1. All other types are "text".
"""

FIXED_TABLES = frozenset(
    "records provenance history exceptions erased forms columns outbox_position outbox_mark outbox_epoch".split()
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

INDEX_SUFFIX = "_fts"
"""The end of the name of a table's search index."""

VIEW_SUFFIX = "_full"
"""The end of the name of the view of a table of lines with its records."""

UNIQUE_COLUMNS = {False: ("scan",), True: ("record", "row")}
"""The columns that no two rows of a table share: of a form's plain fields, and of its lines."""

MAX_TABLE_COLUMNS = 999
"""The most columns of a table: those that sqlite-utils writes in one row (its SQLITE_MAX_VARS)."""

_SHADOWS = ("", "_data", "_idx", "_content", "_docsize", "_config")
"""The ends of the names of the tables that SQLite keeps for a search index."""

_OWN_OF_SQLITE = "sqlite_"
"""The beginning of names that SQLite keeps for itself."""

_OWN_OF_INDEXES = frozenset({"rank", "rowid"})
"""Names that no column of a search index may have."""


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


def objects_of(table: str, *, lines: bool) -> frozenset[str]:
    """The names of all that stands for a table, or may come to: itself, its indexes, its view."""
    shadows = {f"{table}{INDEX_SUFFIX}{suffix}" for suffix in _SHADOWS}
    view = {f"{table}{VIEW_SUFFIX}"} if lines else set()
    return frozenset({table, unique_index(table, lines=lines), *shadows, *view})


def unique_index(table: str, *, lines: bool) -> str:
    """The name of the index over a table's UNIQUE_COLUMNS."""
    return f"idx_{table}_{'_'.join(UNIQUE_COLUMNS[lines])}"


def free_table(wanted: str, taken: Set[str], *, lines: bool) -> str:
    """The name of a new table, with a number where it or what belongs to it would meet another.

    `taken` are the names of all objects of the file, and `objects_of` its tables.
    """

    def is_free(name: str) -> bool:
        objects = objects_of(name, lines=lines)
        own = any(each.startswith(_OWN_OF_SQLITE) for each in objects)
        return not own and objects.isdisjoint(taken) and objects.isdisjoint(FIXED_TABLES)

    plain = sql_name(wanted)
    return _free(f"form_{plain}" if f"{plain}_".startswith(_OWN_OF_SQLITE) else plain, is_free)


def free_column(wanted: str, type_name: str, table: str, taken: Collection[str]) -> str:
    """The name of a new column, with a number where it or its minor units would meet another.

    Names that a search index, or SQLite for its numbers of rows, has for itself are never given.
    """
    reserved = {f"{table}{INDEX_SUFFIX}", *_OWN_OF_INDEXES} if type_name in SEARCHABLE_TYPES else {"rowid"}
    minor = MINOR_UNITS_SUFFIX if column_kind(type_name) == "amount" else ""
    return _free(
        sql_name(wanted),
        lambda name: name not in reserved and name not in taken and f"{name}{minor}" not in taken,
    )


def _free(wanted: str, is_free: Callable[[str], bool]) -> str:
    """The wanted name, with a number at its end where it is not free."""
    name, number = wanted, 2
    while not is_free(name):
        name, number = f"{wanted}_{number}", number + 1
    return name


def table_and_column(key: FieldKey) -> tuple[str, str]:
    """The form's table ("" for plain fields) and the column in it: "lines.quantity" is ("lines", "quantity")."""
    if key.row is None:
        return "", key.name
    table, _, column = key.name.partition(".")
    return table, column
