"""The file of the record database, opened for publishing or for reading, and its write transaction."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from pathlib import Path

from reconcile.records.table_library import Database
from transcribe.errors import DiskFull, FairhandError, NotFound, StoreError, is_disk_full
from transcribe.store import empty_log, enable_write_ahead

_LOCK_WAIT_SECONDS = 30.0
"""How long to wait for another publisher: longer than publishing a full batch takes."""

_KEPT_OPEN_COUNT = 8
"""Connections that stay open for the next readers. Chosen by hand: more at once are rare, and open one more."""

_MOMENT: ContextVar[tuple[Path, Database] | None] = ContextVar("moment", default=None)
"""The file that is looked at as of one moment, and the connection that does."""

LAYOUT_VERSION = 12
"""The version of the tables, in the file's `user_version`. A file of another one is made anew from the state."""


def is_of_this_layout(database: Database) -> bool:
    """Whether the file has the tables of this version, or none yet."""
    (version,) = next(database.execute("pragma user_version"))
    return version == LAYOUT_VERSION or not database.table_names()


@contextmanager
def open_for_publishing(path: Path) -> Iterator[Database]:
    """The database for writing, made if missing. StoreError where it cannot be used.

    Readers go on while it is written, and deleted content is overwritten. `synchronous=NORMAL` may lose the last
    transactions when power fails, never half of one: the position goes with the records, and they are published again.
    """
    with _opened(path, str(path), uri=False) as database:
        enable_write_ahead(database.conn, _LOCK_WAIT_SECONDS)
        for pragma in ("synchronous=NORMAL", "secure_delete=ON"):
            database.conn.execute(f"PRAGMA {pragma}")
        yield database


@contextmanager
def open_for_reading(path: Path, *, of_any_layout: bool = False) -> Iterator[Database]:
    """The database, read only. NotFound where nothing was published yet, StoreError where it cannot be used."""
    held = _MOMENT.get()
    if held is not None and held[0] == path:
        yield held[1]
        return
    _require_published(path)
    with _opened(path, f"{path.resolve().as_uri()}?mode=ro", uri=True) as database:
        if not of_any_layout:
            _require_this_layout(path, database)
        yield database


def _require_published(path: Path, database: Database | None = None) -> None:
    """Raise NotFound where the file or its tables are missing, as before the first publishing."""
    if not path.exists() or (database is not None and not database.table_names()):
        raise NotFound(f"There is no record database at {path}; `fairhand records publish` makes it.")


def _require_this_layout(path: Path, database: Database) -> None:
    _require_published(path, database)
    if not is_of_this_layout(database):
        raise StoreError(f"{path} was made by another version of fairhand; `fairhand records publish` makes it anew.")


class Moments:
    """Looks at the file as it is at one moment, by connections that stay open.

    Opening one takes ten times as long as reading a page of a hundred records. It may be used from any thread. What has
    taken the place of the file is opened anew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._free: list[tuple[tuple[int, int], Database]] = []

    @contextmanager
    def moment(self) -> Iterator[Database]:
        """All that this thread asks the file meanwhile is of one moment. NotFound, StoreError as `open_for_reading`."""
        with _saying_what_failed(self._path):
            of, database = self._taken() or self._opened()
            token = _MOMENT.set((self._path, database))
            try:
                database.execute("begin")
                yield database
            except FairhandError:
                self._give_back(of, database)
                raise
            except BaseException:
                database.close()
                raise
            finally:
                _MOMENT.reset(token)
            self._give_back(of, database)

    def close(self) -> None:
        """Close those that nobody uses just now."""
        with self._lock:
            free, self._free = self._free, []
        for _, database in free:
            database.close()

    def _opened(self) -> tuple[tuple[int, int], Database]:
        _require_published(self._path)
        of = _identity(self._path)
        database = _connected(self._path, f"{self._path.resolve().as_uri()}?mode=ro", uri=True)
        _require_this_layout(self._path, database)
        return of, database

    def _taken(self) -> tuple[tuple[int, int], Database] | None:
        """A connection that is free and of the file that lies there now."""
        with self._lock:
            found = self._free.pop() if self._free else None
        if found is None:
            return None
        if self._path.exists() and found[0] == _identity(self._path) and is_of_this_layout(found[1]):
            return found
        found[1].close()
        return None

    def _give_back(self, of: tuple[int, int], database: Database) -> None:
        database.rollback()
        with self._lock:
            is_kept = len(self._free) < _KEPT_OPEN_COUNT
            if is_kept:
                self._free.append((of, database))
        if not is_kept:
            database.close()


@contextmanager
def one_moment(path: Path) -> Iterator[None]:
    """All that this thread asks the file meanwhile is of one moment. NotFound, StoreError as `open_for_reading`."""
    with closing(Moments(path)) as moments, moments.moment():
        yield


def begin_reading(database: Database) -> None:
    """Open a read snapshot unless one is open."""
    if not database.conn.in_transaction:
        database.execute("begin")


def _identity(path: Path) -> tuple[int, int]:
    """What tells a file from another one of the same name."""
    found = path.stat()
    return found.st_dev, found.st_ino


def is_outdated(path: Path) -> bool:
    """True if another version of fairhand made the file. The next publishing makes it anew."""
    if not path.exists():
        return False
    with open_for_reading(path, of_any_layout=True) as database:
        return not is_of_this_layout(database)


@contextmanager
def write_transaction(database: Database) -> Iterator[None]:
    """A transaction that takes the write lock at once; an exception rolls it back.

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
    with _saying_what_failed(path):
        database = _connected(path, address, uri=uri)
        try:
            yield database
        finally:
            database.close()


def _connected(path: Path, address: str, *, uri: bool) -> Database:
    """A connection, which may be used from another thread by and by."""
    _refuse_folder(path)
    connection = sqlite3.connect(
        address, uri=uri, timeout=_LOCK_WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    return Database(connection)


@contextmanager
def _saying_what_failed(path: Path) -> Iterator[None]:
    """What SQLite raises as a StoreError that says what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_disk_full(error, path):
            raise DiskFull.of("the record database", path) from error
        advice = "make it anew with `fairhand records rebuild`" if _is_damage(error) else "try again"
        raise StoreError(f"The record database {path} could not be used: {error}; {advice}.") from error


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise StoreError(
            f"{path} is a folder, where the record database stands. Move it away; "
            "`fairhand records publish` makes it anew."
        )


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """True if the file is not SQLite, is corrupt, or lacks our tables."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or str(error).startswith("no such ")


def damage(path: Path) -> list[str]:
    """What is broken in a database file. Empty where it is whole or missing; StoreError where nobody can look."""
    _refuse_folder(path)
    if not path.exists() or not path.stat().st_size:
        return []
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_LOCK_WAIT_SECONDS)
    try:
        return [said for (said,) in connection.execute("PRAGMA integrity_check(10)") if said != "ok"]
    except sqlite3.DatabaseError as error:
        if _is_damage(error):
            return [str(error)]
        raise StoreError(f"The record database {path} could not be looked at: {error}; try again.") from error
    finally:
        connection.close()


@contextmanager
def made_anew(path: Path) -> Iterator[Database]:
    """A new database that replaces the one at this path once complete. Readers see one or the other."""
    anew = path.with_name(f"{path.name}.anew")
    _remove(anew)
    with open_for_publishing(anew) as database:
        yield database
        empty_log(database.conn, _LOCK_WAIT_SECONDS)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    anew.replace(path)
    _remove(anew)


@contextmanager
def for_comparing(path: Path) -> Iterator[Path]:
    """The path of a file beside this one that is gone afterwards."""
    beside = path.with_name(f"{path.name}.verify")
    _remove(beside)
    try:
        yield beside
    finally:
        _remove(beside)


@contextmanager
def beside(path: Path, other: Path, name: str) -> Iterator[Database]:
    """The database, read only, with another file attached to it under a name."""
    with _opened(path, f"{path.resolve().as_uri()}?mode=ro", uri=True) as database:
        database.attach(name, other)
        yield database


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
