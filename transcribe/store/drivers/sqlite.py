"""One SQLite file: a connection for each thread, transactions that nest, named statements, errors in our own words."""

from __future__ import annotations

import os
import re
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from transcribe.errors import DiskFull, StateReadOnly, StoreError, UnkeepableText, is_disk_full
from transcribe.store.drivers.binding import refuse_network_file_system
from transcribe.store.drivers.columns import as_columns
from transcribe.store.drivers.database import FreeLock, Row, TransactionLost, sqlite_statements
from transcribe.store.drivers.state_file import copy_before_upgrade, migrate, refuse_other_version

RETRY_INTERVAL_MS = 1
"""How often a waiting write tries again while another process writes, and closing while another thread reads."""


PAGE_CACHE_KIB = 16384
"""Page cache of one connection: the hot pages of the queue's indexes. A process may have forty connections."""


CACHED_STATEMENT_COUNT = 512
"""Prepared statements that a connection keeps: more than there are in `queries/`."""


class SqliteDatabase:
    """The connections of one process to one file.

    Everything that changes something stands in a transaction that begins with BEGIN IMMEDIATE. A deferred one fails at
    once where two processes read first and write then.
    """

    looks_ahead = False
    conflict = sqlite3.IntegrityError

    def __init__(self, path: Path, version: int | None = None) -> None:
        self.path, self._version = path, version
        self._local, self._lock = threading.local(), threading.Lock()
        self._holders: weakref.WeakSet[_ThreadConnection] = weakref.WeakSet()
        self.statements = sqlite_statements()
        self._watch: tuple[Callable[[], Row], Callable[[Row], None]] | None = None

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, opened when first needed, and anew in a forked process."""
        return self._own_connection().connection

    def all(self, name: str, /, **values: object) -> list[Row]:
        return list(self._fetch(name, values, sqlite3.Cursor.fetchall))

    def one(self, name: str, /, **values: object) -> Row | None:
        row: Row | None = self._fetch(name, values, sqlite3.Cursor.fetchone)
        return row

    def value(self, name: str, /, **values: object) -> Any:
        row: Any = self.one(name, **values)
        return None if row is None else row[0]

    def ahead(self, name: str, /, **values: object) -> None:
        """A file is no journey away."""

    def run(self, name: str, /, **values: object) -> None:
        self._execute(name, values)

    def changed(self, name: str, /, **values: object) -> int:
        return self._execute(name, values).rowcount

    def insert(self, name: str, /, **values: object) -> int:
        return self._execute(name, values).lastrowid or 0

    def added(self, name: str, /, **values: object) -> int:
        return (cursor := self._execute(name, values)).rowcount and (cursor.lastrowid or 0)

    @contextmanager
    def write(self) -> Iterator[None]:
        holder = self._own_connection()
        if holder.depth:
            yield
            return
        with self._store_errors():
            _begin_immediate(holder)
        holder.depth = 1
        try:
            refuse_other_version(holder.connection, self._version)
            before = self._watch[0]() if self._watch else None
            yield
            if self._watch and before is not None:
                self._watch[1](before)
            with self._store_errors(), holder.in_use:
                holder.connection.execute("COMMIT")
        except BaseException:
            if holder.connection.in_transaction:
                holder.connection.execute("ROLLBACK")
            raise
        finally:
            holder.depth = 0

    def watch(self, begun: Callable[[], Row], ended: Callable[[Row], None]) -> None:
        self._watch = begun, ended

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        connection = self.connection  # a disk that is full ends the whole transaction, for example
        connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException as error:
            if not connection.in_transaction:
                raise TransactionLost from error
            connection.execute("ROLLBACK TO part")
            connection.execute("RELEASE part")
            raise
        connection.execute("RELEASE part")

    def several(self, coming: Sequence[Callable[[], None]]) -> AbstractContextManager[None]:
        return nullcontext()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        holder = self._own_connection()
        if holder.depth:
            yield
            return
        with self._store_errors(), holder.in_use:
            holder.connection.execute("BEGIN")
        holder.depth = 1
        try:
            yield
        finally:
            holder.depth = 0
            with self._store_errors(), holder.in_use:
                holder.connection.execute("COMMIT")

    def hurried(self) -> AbstractContextManager[None]:
        return nullcontext()  # whoever reads a file waits for nobody

    def handover(self) -> Callable[[], AbstractContextManager[None]]:
        holder = self._own_connection()

        @contextmanager
        def elsewhere() -> Iterator[None]:
            own = getattr(self._local, "holder", None)
            self._local.holder = holder
            try:
                yield
            finally:
                self._local.holder = own

        return elsewhere

    def checkpoint(self, seconds: float = 0.0) -> bool:
        """Bring the log into the file and cut it."""
        if self._own_connection().depth:
            return False
        with self._store_errors():
            return empty_log(self.connection, seconds)

    def take_lock(self, name: str, machine: str, wait_seconds: float) -> FreeLock:
        return FreeLock()

    def lock_holder(self, name: str) -> str:
        return ""

    def close(self) -> None:
        """What another thread is just asking ends with StoreError; closed under it, it would end the process."""
        with self._lock:
            for holder in list(self._holders):
                holder.close()
            self._holders.clear()
            self._local = threading.local()

    def _own_connection(self) -> _ThreadConnection:
        holder: _ThreadConnection | None = getattr(self._local, "holder", None)
        if holder is None or holder.process != os.getpid():
            with self._store_errors():
                holder = _ThreadConnection(connect(self.path))
            self._local.holder = holder
            with self._lock:
                self._holders.add(holder)
        return holder

    def _fetch(self, name: str, values: dict[str, object], how: Callable[[sqlite3.Cursor], Any]) -> Any:
        holder = self._own_connection()
        try:
            with holder.in_use:
                return how(holder.connection.execute(self.statements[name], as_columns(values)))
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise store_error(error, self.path) from error

    def _execute(self, name: str, values: dict[str, object]) -> sqlite3.Cursor:
        if any(isinstance(each, str) and "\0" in each for each in values.values()):
            raise UnkeepableText  # as PostgreSQL does, to which a state may be moved
        cursor: sqlite3.Cursor = self._fetch(name, values, lambda done: done)
        return cursor

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise store_error(error, self.path) from error


class _ThreadConnection:
    """A thread's connection. It is closed when the thread ends and nothing refers to it any more."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.process = os.getpid()
        self.depth = 0
        self.in_use = threading.Lock()

    def close(self) -> None:
        """Close it, also where its thread is asking something: that is interrupted first."""
        while self.process == os.getpid() and not self.in_use.acquire(timeout=RETRY_INTERVAL_MS / 1000):
            self.connection.interrupt()
        self.connection.close()
        if self.in_use.locked():  # not in a forked process
            self.in_use.release()


def _begin_immediate(holder: _ThreadConnection) -> None:
    """BEGIN IMMEDIATE, tried every millisecond while another process writes.

    SQLite's own waiting sleeps up to a tenth of a second between two tries, and so misses the gaps between the
    transactions of a busy process. Behind a process that reconciles, one write in a hundred then waited for 0.35 s.
    """
    try:
        holder.connection.execute(f"PRAGMA busy_timeout={RETRY_INTERVAL_MS}").fetchall()
        end = time.monotonic() + BUSY_TIMEOUT_SECONDS
        while True:
            try:
                with holder.in_use:
                    holder.connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
            else:
                return
    finally:
        holder.connection.execute(f"PRAGMA busy_timeout={int(1000 * BUSY_TIMEOUT_SECONDS)}").fetchall()


def connect(path: Path) -> sqlite3.Connection:
    """A connection as every process opens it. The timeout comes first: even the first PRAGMA may meet a lock."""
    connection = sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=CACHED_STATEMENT_COUNT,
    )
    connection.row_factory = sqlite3.Row
    enable_write_ahead(connection, BUSY_TIMEOUT_SECONDS)
    for pragma in (
        "synchronous=FULL",  # only this survives a power cut, and this is people's work and pay
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "secure_delete=ON",  # what is forgotten is overwritten, not only unlinked
        f"cache_size=-{PAGE_CACHE_KIB}",
        "journal_size_limit=67108864",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def open_sqlite(path: Path, *, copied: bool = False) -> SqliteDatabase:
    """The database in this file, made or brought up to date first. Any number of processes may do so at once.

    One of an older version is copied beside before it is changed, unless it is `copied` already. StoreError on a
    network file system, where the database is newer than this program, or where it is none of ours.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    refuse_network_file_system(path)
    try:
        with closing(connect(path)) as connection:
            version = migrate(connection, copy_before=None if copied else partial(copy_before_upgrade, path))
    except sqlite3.DatabaseError as error:
        raise store_error(error, path, opening=True) from error
    return SqliteDatabase(path, version)


# The write-ahead journal of a database, set however many processes open it first.

RETRY_PAUSE_SECONDS = 0.01
"""The time between two attempts. Chosen by hand."""


LOCKS_FILE = Path("/proc/locks")
"""Where Linux lists the locks that programs hold. On other systems nobody is named."""


WRITE_LOCK_BYTE = 120
"""Where in the shared memory of a log the lock of its writer lies: SQLite's own figure."""


FIRST_READ_LOCK_BYTE = 123
"""Where in the shared memory of a log the locks of its readers begin: SQLite's own figure."""


_LOCK_LINE = re.compile(r"POSIX +\S+ +\S+ +(\d+) +\w+:\w+:(\d+) +(\d+)")


def enable_write_ahead(connection: sqlite3.Connection, patience_seconds: float) -> None:
    """Switch a database to its write-ahead log, so that readers go on while others write.

    Only one connection at a time may set this on a new database, and SQLite's own patience does not cover it. Others
    wait here, at most `patience_seconds`; then OperationalError.
    """
    until = time.monotonic() + patience_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(RETRY_PAUSE_SECONDS)
        else:
            return


def empty_log(connection: sqlite3.Connection, patience_seconds: float = 0.0) -> bool:
    """Bring what the log holds into the file, and cut the log to nothing.

    False where a reader in the middle of a transaction, or a writer, kept it from that for `patience_seconds`.
    """
    before = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout={int(1000 * patience_seconds)}").fetchall()
    try:
        return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout={before}").fetchall()


def log_readers(path: Path) -> list[str]:
    """The programs that are in the middle of reading a database, as "name (process 123)". Empty where none is seen."""
    return _who_locks(path, lambda byte: byte >= FIRST_READ_LOCK_BYTE)


def log_writers(path: Path) -> list[str]:
    """The program that is in the middle of writing a database, as "name (process 123)". Empty where none is seen."""
    return _who_locks(path, lambda byte: byte == WRITE_LOCK_BYTE)


def _who_locks(path: Path, counts: Callable[[int], bool]) -> list[str]:
    shared = path.with_name(path.name + "-shm")
    if not LOCKS_FILE.exists() or not shared.exists():
        return []
    inode = str(shared.stat().st_ino)
    found = _LOCK_LINE.findall(LOCKS_FILE.read_text(encoding="utf-8", errors="replace"))
    processes = {process for process, file, byte in found if file == inode and counts(int(byte))}
    return [f"{_program(process)} (process {process})" for process in sorted(processes, key=int)]


def _program(process: str) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "a program"


# What SQLite raises about a state database, in our own words.

BUSY_TIMEOUT_SECONDS = 30.0
"""How long a write waits for another process. The worst wait measured with 64 writing processes was 7.5 s."""


def store_error(error: sqlite3.DatabaseError, path: Path, *, opening: bool = False) -> StoreError:
    """What to raise instead: what is wrong with this file, and what to do next."""
    if is_disk_full(error, path):
        return DiskFull.of(path.name, path)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_BUSY:
        holders = ", ".join(log_writers(path)) or "another program"
        return StoreError(
            f"{path.name} is being written by {holders}, and was for {BUSY_TIMEOUT_SECONDS:.0f} s. Try again; where "
            "that program hangs, end it first."
        )
    if code == sqlite3.SQLITE_CORRUPT:
        return StoreError(
            f"{path.name} is damaged ({error}). Stop what writes it. "
            "Put it back from a backup, as docs/backups.md says."
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN) and path.is_file():
        return StateReadOnly(
            f"{path.name} cannot be written ({error}). Make its folder writable; what lies there stays."
        )
    if opening:
        return StoreError(f"{path.name} cannot be opened ({error}). Is it a database of fairhand?")
    return StoreError(f"{path.name} could not be read or written ({error}); try again.")
