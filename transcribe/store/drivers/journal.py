"""The write-ahead journal of a database, set however many processes open it first."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

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
