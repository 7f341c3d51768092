"""Names of the record database: those of its tables and columns, and the types of columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Set
from typing import Literal

from transcribe.fields import Facts, Quantity
from transcribe.model import FieldKey

ColumnRole = Literal["own", "value", "minor units", "currency", "exact", "key"]
"""What a column is: one of each table's own, a field's value, or one that stands beside a value (BESIDE)."""

BESIDE: Mapping[Quantity, tuple[tuple[ColumnRole, str, type], ...]] = {
    "money": (("minor units", "_minor", int), ("currency", "_currency", str)),
    "number": (("exact", "_exact", str),),
}
"""The columns beside that of a value, where there are any: role, end of the name, type.

A number with decimals is a REAL, so that it compares, sorts and adds up as a number in every tool. REAL is binary and
not exact: the exact value stands beside it, in minor units or as decimal text.
"""

BESIDE_LISTED: tuple[ColumnRole, str, type] = ("key", "_key", str)
"""The column beside that of a field with master data: the key of the known value that it is."""

FIXED_TABLES = frozenset(
    "records documents provenance history exceptions erased forms columns table_names quality labour moved".split()
    + "outbox_position outbox_mark outbox_epoch least_sure sqlite_master".split()
)
"""Names that no table of a form may have."""

FORM_TABLE_COLUMNS = {
    "id": int,
    "scan": str,
    "scan_name": str,
    "record_version": int,
    "recorded_at": str,
    "state": str,
    "exceptions": int,
}
"""Columns of each form's table that hold no field."""

LINE_TABLE_COLUMNS = {"id": int, "record": int, "scan": str, "row": int}
"""Columns of each table of lines that hold no field."""

ExportKind = Literal["text", "integer", "number", "share", "date", "time", "boolean"]
"""What the cells of a column are. A number is an exact decimal, a share a probability (a binary number)."""

OWN_COLUMNS: Mapping[str, ExportKind] = {
    "scan": "text",
    "scan_name": "text",
    "record_version": "integer",
    "recorded_at": "time",
    "state": "text",
    "changed": "integer",
    "same_order_as": "text",
    "may_be_same_order_as": "text",
    "exceptions": "integer",
    "least_probability": "share",
}
"""The first columns of each row of an export, which say of which record it is. `state` is final, provisional or erased;
`same_order_as` the scan of the order that this one is once more, as somebody has settled; `may_be_same_order_as` the
scan of one that nobody has settled yet; `exceptions` how many there are."""

LINE_NUMBER = "row"
"""What the number of a line is called, in a table of lines as in a document."""

FORMER_COLUMNS = {"record_version": int, "valid_from": str, "valid_to": str}
"""Columns that a table of former versions has beside those of its table."""

LINES_PER_RECORD = 10_000
"""The most lines of a record of a home that was never restored. The figure is old: ids that were given stay."""

FIRST_RESTORED_NUMBER = 2**50
"""Ids of records from here on are of a restored home, whose numbers count from a time in microseconds.

As a time 2**50 lies in 2005. No home counts so far from 1.
"""

LINES_PER_RESTORED_RECORD = 4_096
"""The most lines of a record of a restored home. Until 2077 the ids of its lines fit into SQLite's 64 bits."""

INDEX_SUFFIX = "_fts"
"""The end of the name of a table's search index."""

VIEW_SUFFIX = "_full"
"""The end of the name of the view of a table of lines with its records."""

FORMER_SUFFIX = "_former"
"""The end of the name of the table of the versions that later ones have replaced."""

VERSIONS_SUFFIX = "_versions"
"""The end of the name of the view of all versions, former ones and those in force."""

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


def sql_type(facts: Facts) -> type:
    """The Python type of such values, which sqlite-utils turns into INTEGER, REAL or TEXT."""
    return float if facts.has_decimals else int if facts.is_number or facts.is_mark else str


def columns_beside(facts: Facts, *, listed: bool) -> tuple[tuple[ColumnRole, str, type], ...]:
    """The columns beside that of such a value; `listed`: the field has master data."""
    beside = BESIDE.get(facts.holds, ())
    return (*beside, BESIDE_LISTED) if listed else beside


def sql_name(name: str) -> str:
    """The name made safe to use in SQL without quotes: letters, digits and underscores, no digit first."""
    plain = re.sub(r"[^a-z0-9_]+", "_", name.casefold()).strip("_") or "it"
    return f"n{plain}" if plain[0].isdigit() else plain


def objects_of(table: str, *, lines: bool) -> frozenset[str]:
    """The names of all that stands for a table, or may come to: itself, its indexes, its view."""
    shadows = {f"{table}{INDEX_SUFFIX}{suffix}" for suffix in _SHADOWS}
    views = {f"{table}{VIEW_SUFFIX}"} if lines else set()
    versions = {f"{table}{FORMER_SUFFIX}", f"{table}{VERSIONS_SUFFIX}"}
    return frozenset({table, unique_index(table, lines=lines), *shadows, *views, *versions})


def unique_index(table: str, *, lines: bool) -> str:
    """The name of the index over a table's UNIQUE_COLUMNS."""
    return f"idx_{table}_{'_'.join(UNIQUE_COLUMNS[lines])}"


def free_index(table: str, column: str, taken: Set[str]) -> str:
    """The name of a new index of one column.

    `taken` are all names that the file has or may come to have.
    """
    return _free(f"idx_{table}_{column}", lambda name: name.casefold() not in taken)


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


def free_column(wanted: str, facts: Facts, table: str, taken: Collection[str], *, listed: bool) -> str:
    """The name of a new column, with a number where it or one that stands beside it would meet another.

    Names that a search index, or SQLite for its numbers of rows, has for itself are never given, nor those of the
    record's own columns in exports, so that a column is called alike in both.
    """
    reserved = {f"{table}{INDEX_SUFFIX}", *_OWN_OF_INDEXES} if facts.is_searchable else {"rowid"}
    reserved |= {*FORMER_COLUMNS, *OWN_COLUMNS, *taken}
    ends = ["", *(end for _, end, _ in columns_beside(facts, listed=listed))]
    return _free(sql_name(wanted), lambda name: reserved.isdisjoint(f"{name}{end}" for end in ends))


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


def key_in_line(table: str, column: str) -> str:
    """The key of a column in a line of a document. One that is called row stands in full: "lines.row"."""
    return f"{table}.{column}" if column == LINE_NUMBER else column


def line_id(record: int, row: int) -> int:
    """The id of a line, by its record and row. It is the same after a rebuild, and no other line's."""
    if record < FIRST_RESTORED_NUMBER:
        return record * LINES_PER_RECORD + row
    return (record - FIRST_RESTORED_NUMBER) * LINES_PER_RESTORED_RECORD + row
