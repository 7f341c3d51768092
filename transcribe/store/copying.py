"""Whole states copied from one database to another: a file or PostgreSQL, each verified table by table."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Protocol

from transcribe.errors import StoreError
from transcribe.store.drivers import sqlite_tables
from transcribe.store.drivers.binding import bound_file
from transcribe.store.drivers.database import Database
from transcribe.store.drivers.durable_files import ErasureList, sync_folder
from transcribe.store.drivers.sqlite import open_sqlite
from transcribe.store.drivers.state_file import moved_file
from transcribe.store.drivers.table_copy import Tables, TableSum, copy_tables, require_same, sums_of
from transcribe.store.facts import AuditState
from transcribe.store.state_store import Store


class MovableTables(Tables, Protocol):
    """The tables of a state that nothing else can write to meanwhile."""

    def mark_moved(self, to: str) -> None:
        """Have every later write refused, as the state is somewhere else now; on disk at once."""


@contextmanager
def reading_state(path: Path, url: str = "") -> Iterator[Tables]:
    """The tables of a state as they are at one moment, while others go on writing.

    A file is not changed; a database is brought up to date first, and seen in one snapshot, as pg_dump sees it.
    """
    if url:
        _on_server().make_tables(url, path)
    with _on_server().reading_database(url) if url else sqlite_tables.reading_file(path) as tables:
        yield tables


def alone_with_state(path: Path, url: str = "") -> AbstractContextManager[MovableTables]:
    """The tables of a state, to which nothing else writes meanwhile. StoreError where something works on it."""
    return _on_server().alone_with_database(url) if url else sqlite_tables.alone_with_file(path)


def copy_to_file(source: Tables, file: Path) -> Mapping[str, TableSum]:
    """Copy a state into a new file; gives its tables. It is on disk and verified when this ends, else removed."""
    with _broken_said(), sqlite_tables.new_file(file) as target:
        return copy_tables(source, target)


def copy_to_database(source: Tables, url: str, path: Path, claim: Path | None = None) -> Mapping[str, TableSum]:
    """Copy a state into a database of PostgreSQL in one transaction, which is verified first; gives its tables.

    A database that holds this very state already, as after a copy that was ended too late, is left as it is. A `claim`
    is a file in which it is noted that this copy found the database empty: with it, what an earlier try filled is
    written over. StoreError where the database holds anything else.
    """
    server = _on_server()
    server.make_tables(url, path)
    with _broken_said(), server.filling_database(url) as target:
        home, mark, moved_to = target.lineage()
        own_home, own_mark, _ = source.lineage()
        is_own = (home, mark, moved_to) == (own_home, own_mark, "")
        is_claimed = claim is not None and claim.exists() and claim.read_text(encoding="utf-8") == url
        if mark and not (is_own and (is_claimed or claim is None)):
            raise StoreError(
                "The database to copy to holds a state already, and nothing is written over. Name a new one (createdb)."
            )
        if mark and claim is None:
            made = sums_of(source)
            require_same(made, sums_of(target, source.columns()))
            return made
        if claim is not None:
            claim.write_text(url, encoding="utf-8")
        return copy_tables(source, target)


def bind_to_database(path: Path, home: str) -> None:
    """Have a home open with the database of PostgreSQL alone that holds this home's state."""
    file = bound_file(path)
    with file.open("w", encoding="utf-8") as opened:
        opened.write(home + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    sync_folder(file.parent)


def verified_log(path: Path, url: str, key: bytes) -> AuditState:
    """What is to be said of the log and the seals of a copy; nothing is written to it."""
    database: Database = _on_server().open_postgresql(url, path) if url else open_sqlite(path, copied=True)
    try:
        return Store(database, key, ErasureList(path.with_suffix(".erased"))).verify_audit()
    finally:
        database.close()


def set_file_aside(path: Path) -> Path:
    """Have a file of a state that was moved out of the way; gives where it lies then. One of before is replaced."""
    aside = moved_file(path)
    if path.exists():
        path.replace(aside)
        for suffix in ("-wal", "-shm"):  # of a killed move: the log was emptied when the state was marked as moved
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        sync_folder(path.parent)
    return aside


def is_bound_to_database(path: Path) -> bool:
    """Whether the state of a home is in PostgreSQL."""
    return bound_file(path).exists()


def unbind(path: Path) -> None:
    """Have a home open with its file alone."""
    bound_file(path).unlink(missing_ok=True)
    sync_folder(path.parent)


def _on_server() -> ModuleType:
    try:
        from transcribe.store.postgresql import postgresql_tables  # an extra that most homes go without
    except ModuleNotFoundError as error:
        raise StoreError(f"FAIRHAND_STATE needs {error.name}: pip install 'fairhand[postgres]'.") from error
    return postgresql_tables


@contextmanager
def _broken_said() -> Iterator[None]:
    """References that do not hold in the source, in words."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, sqlite3.IntegrityError) and type(error).__module__.partition(".")[0] != "psycopg":
            raise
        raise StoreError(
            f"The state is broken and cannot be copied: {error}. fairhand doctor --deep says more."
        ) from error
