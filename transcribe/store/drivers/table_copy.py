"""Every row of every table of a state, from one database to another, whichever driver reads and whichever writes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from transcribe.errors import StoreError

TOGETHER_ROWS_COUNT = 1000
"""So many rows are held at a time: memory stays flat, however long a table is. Chosen by hand."""

OWN_COLUMNS = {"lineage": frozenset({"moved_to"})}
"""Columns that belong to a database and not to its state: where the state was moved to from there."""

SHOWN_TABLES_COUNT = 5
"""So many tables are named that differ. Chosen by hand."""

DIGEST_BITS = 256
"""The length of a sum of SHA-256."""

ARCHIVE_NAMES_SQL = """
SELECT file AS name FROM scan_page p JOIN scan s ON s.id = p.scan_id WHERE s.erased_at IS NULL
UNION SELECT hocr FROM scan_page p JOIN scan s ON s.id = p.scan_id WHERE s.erased_at IS NULL AND hocr <> ''
UNION SELECT sha256 FROM page_picture
UNION SELECT substr(snippet, 1, 64) FROM place WHERE snippet IS NOT NULL ORDER BY 1
"""
"""The files of the archive that a state names. Every version of the database has these columns."""

Rows = Sequence[tuple[Any, ...]]
"""Some rows of a table."""


@dataclass(frozen=True, slots=True)
class TableSum:
    """How many rows a table has, and a digest of them: the sum of each row's SHA-256, whatever their order."""

    rows: int
    digest: str


class Tables(Protocol):
    """The tables of one database as they are at one moment."""

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Every table of the state, with its columns."""

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Rows]:
        """The rows of a table, some at a time, in the order in which they were added."""

    def last_numbers(self) -> dict[str, int]:
        """The highest number that was ever given in a table, where the database remembers it."""

    def lineage(self) -> tuple[str, str, str]:
        """The name of the home, the mark of its key ("" before it was ever opened), and where it was moved to ("")."""

    def archive_names(self) -> Iterator[str]:
        """The SHA-256 of every file of the archive that the state names, sorted."""


class FillableTables(Tables, Protocol):
    """The tables of a database that nobody else uses, while it is filled."""

    def loading(self) -> AbstractContextManager[None]:
        """Empty every table; until the end triggers and references rest. IntegrityError where these do not hold."""

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Rows]) -> None:
        """Add rows to a table."""

    def go_on_from(self, numbers: Mapping[str, int]) -> None:
        """Give numbers above these, and above those of all rows, from now on."""


def copy_tables(source: Tables, target: FillableTables) -> dict[str, TableSum]:
    """Put every row of a state into the tables of another database, read them back and compare; gives the sums.

    StoreError where the two are of different versions, or a table is not afterwards what it is in the source.
    """
    columns = source.columns()
    _require_same_columns(columns, target.columns())
    made: dict[str, TableSum] = {}
    with target.loading():
        for table, names in columns.items():
            adding = _Sum()
            target.load(table, names, adding.seen(source.rows(table, names)))
            made[table] = adding.made()
        target.go_on_from(source.last_numbers())
    require_same(made, sums_of(target, columns))
    return made


def sums_of(tables: Tables, columns: Mapping[str, Sequence[str]] | None = None) -> dict[str, TableSum]:
    """The sum of each table. The order of the `columns` is that of another database where it is compared with one."""
    made = {}
    for table, names in (columns or tables.columns()).items():
        read = _Sum()
        for _ in read.seen(tables.rows(table, names)):
            pass
        made[table] = read.made()
    return made


def require_same(source: Mapping[str, TableSum], target: Mapping[str, TableSum]) -> None:
    """StoreError where a table is not in both as it is in the other."""
    different = [
        f"{table} ({made.rows} rows, and {target[table].rows} in the copy)"
        for table, made in source.items()
        if target[table] != made
    ]
    if different:
        named = ", ".join(different[:SHOWN_TABLES_COUNT])
        raise StoreError(f"The copy of the state is not what the state is: {named}. Run it again.")


def _require_same_columns(source: Mapping[str, Sequence[str]], target: Mapping[str, Sequence[str]]) -> None:
    different = sorted(
        table for table in source.keys() | target.keys() if {*source.get(table, ())} != {*target.get(table, ())}
    )
    if different:
        raise StoreError(
            f"The two databases are of different versions of fairhand ({different[0]} differs). Open each with this "
            "version first."
        )


class _Sum:
    """Adds up the rows that pass by."""

    def __init__(self) -> None:
        self._rows, self._total = 0, 0

    def seen(self, some: Iterable[Rows]) -> Iterator[Rows]:
        """The same rows."""
        for rows in some:
            for row in rows:
                hashed = hashlib.sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest()
                self._total += int.from_bytes(hashed)
            self._rows += len(rows)
            yield rows

    def made(self) -> TableSum:
        """The sum of all that passed."""
        return TableSum(self._rows, f"{self._total % 2**DIGEST_BITS:0{DIGEST_BITS // 4}x}")
