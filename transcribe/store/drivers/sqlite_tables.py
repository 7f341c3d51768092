"""The tables of a state in a file, read as a whole or filled anew."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from transcribe.errors import DiskFull, StoreError, is_disk_full
from transcribe.store.drivers.durable_files import sync_folder
from transcribe.store.drivers.sqlite import empty_log
from transcribe.store.drivers.state_file import migrate
from transcribe.store.drivers.table_copy import ARCHIVE_NAMES_SQL, OWN_COLUMNS, TOGETHER_ROWS_COUNT, Rows

ALONE_SECONDS = 2.0
"""So long is waited for programs that have the file open: a command that is about to end. Chosen by hand."""


class SqliteTables:
    """The tables of one file, over a connection that is in a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def columns(self) -> dict[str, tuple[str, ...]]:
        tables = self.connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY 1"
        ).fetchall()
        found = {table: self.connection.execute(f'PRAGMA table_info("{table}")').fetchall() for (table,) in tables}
        return {
            table: tuple(row[1] for row in rows if row[1] not in OWN_COLUMNS.get(table, ()))
            for table, rows in found.items()
        }

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Rows]:
        # Without an index, so in the order of the row numbers.
        cursor = self.connection.execute(f'SELECT {_listed(columns)} FROM "{table}" NOT INDEXED')  # noqa: S608 our own
        while rows := cursor.fetchmany(TOGETHER_ROWS_COUNT):
            yield rows

    def last_numbers(self) -> dict[str, int]:
        return dict(self.connection.execute("SELECT name, seq FROM sqlite_sequence"))

    def lineage(self) -> tuple[str, str, str]:
        home, mark, moved = self.connection.execute("SELECT home, key_mark, moved_to FROM lineage").fetchone()
        return str(home), str(mark), str(moved)

    def archive_names(self) -> Iterator[str]:
        for (name,) in self.connection.execute(ARCHIVE_NAMES_SQL):
            yield str(name)

    def mark_moved(self, to: str) -> None:
        """Have every later write refused, as the state is somewhere else now; on disk at once."""
        self.connection.execute("UPDATE lineage SET moved_to = ?", [to])
        self.connection.execute("COMMIT")
        empty_log(self.connection)
        self.connection.execute("BEGIN IMMEDIATE")

    @contextmanager
    def loading(self) -> Iterator[None]:
        triggers = self.connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            self.connection.execute(f"DROP TRIGGER {name}")
        for table in (*self.columns(), "sqlite_sequence"):
            self.connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 our own
        yield
        for _, sql in triggers:
            self.connection.execute(sql)
        for table, row, parent, _ in self.connection.execute("PRAGMA foreign_key_check").fetchmany(1):
            raise sqlite3.IntegrityError(f"row {row} of {table} refers to nothing in {parent}")

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Rows]) -> None:
        marks = ", ".join("?" * len(columns))
        for some in rows:
            self.connection.executemany(f'INSERT INTO "{table}" ({_listed(columns)}) VALUES ({marks})', some)  # noqa: S608

    def go_on_from(self, numbers: Mapping[str, int]) -> None:
        # Only tables with AUTOINCREMENT remember a number; the rows just added have set it to the highest of theirs.
        remembering = self.connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
        ).fetchall()
        reached = self.last_numbers()
        for (table,) in remembering:
            number = max(numbers.get(table, 0), reached.get(table, 0))
            self.connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", [table])
            if number:
                self.connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table, number])


@contextmanager
def reading_file(path: Path) -> Iterator[SqliteTables]:
    """The tables of a file that nobody changes."""
    with _errors(path), closing(_connection(path, "ro")) as connection:
        connection.execute("BEGIN")
        yield SqliteTables(connection)


@contextmanager
def alone_with_file(path: Path) -> Iterator[SqliteTables]:
    """The tables of a file that no other program can open meanwhile. StoreError where one has it open."""
    with _errors(path), closing(_connection(path, "rw")) as connection:
        try:
            for pragma in ("locking_mode=EXCLUSIVE", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}").fetchall()
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            raise StoreError(
                f"Something works on {path} still: fairhand serve, a watcher, or another command. Stop it, then run "
                "this again; nothing was changed."
            ) from error
        yield SqliteTables(connection)


@contextmanager
def new_file(path: Path) -> Iterator[SqliteTables]:
    """The tables of a new file, on disk when this ends; it is removed where this fails."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with _errors(path), closing(_connection(path, "rw")) as connection:
            for pragma in ("synchronous=OFF", "journal_mode=OFF"):  # it is synced as a whole, or removed
                connection.execute(f"PRAGMA {pragma}").fetchall()
            migrate(connection)
            connection.execute("BEGIN IMMEDIATE")
            yield SqliteTables(connection)
            connection.execute("COMMIT")
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(path.parent)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _connection(path: Path, mode: str) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=ALONE_SECONDS, isolation_level=None)


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_disk_full(error, path):
            raise DiskFull.of(path.name, path) from error
        raise StoreError(f"{path.name} could not be read or written ({error}).") from error


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
