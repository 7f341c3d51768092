"""The file of the record database, opened for publishing or for reading, and its write transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from transcribe.errors import NotFound, StoreError
from transcribe.store import enable_write_ahead

_LOCK_WAIT_SECONDS = 30.0
"""How long to wait for another publisher: longer than publishing a full batch takes."""


@contextmanager
def open_for_publishing(path: Path) -> Iterator[Database]:
    """The database for writing, made if missing. StoreError where it cannot be used.

    Readers go on while it is written, and deleted content is overwritten. `synchronous=NORMAL` may lose the last
    transactions when power fails, but never half of one. The outbox position is then lost with the records, and they
    are published again.
    """
    with _opened(path, str(path), uri=False) as database:
        enable_write_ahead(database.conn, _LOCK_WAIT_SECONDS)
        for pragma in ("synchronous=NORMAL", "secure_delete=ON"):
            database.conn.execute(f"PRAGMA {pragma}")
        yield database


@contextmanager
def open_for_reading(path: Path) -> Iterator[Database]:
    """The database, read only. NotFound where nothing was published yet, StoreError where it cannot be used."""
    if not path.exists():
        raise NotFound(f"There is no record database at {path}; `fairhand publish` makes it.")
    with _opened(path, f"{path.resolve().as_uri()}?mode=ro", uri=True) as database:
        yield database


@contextmanager
def write_transaction(database: Database) -> Iterator[None]:
    """A transaction that takes the write lock at once, and is rolled back where anything is raised.

    The `atomic` of sqlite-utils begins deferred: two publishers that read the same position before writing would then
    fail instead of waiting.
    """
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.rollback()
        raise
    database.commit()


@contextmanager
def _opened(path: Path, address: str, *, uri: bool) -> Iterator[Database]:
    try:
        connection = sqlite3.connect(address, uri=uri, timeout=_LOCK_WAIT_SECONDS, isolation_level=None)
        try:
            yield Database(connection)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise StoreError(f"The record database {path} could not be used: {error}. Try again, or rebuild it.") from error
