"""What SQLite raises about a state database, in our own words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from transcribe.errors import DiskFull, StateReadOnly, StoreError, is_disk_full
from transcribe.store.drivers.journal import log_writers

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
