"""The store on SQLite: every verb of the contract over one file, and how that file is opened."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path

from transcribe.errors import StoreError
from transcribe.store.drivers.migrate import migrate
from transcribe.store.drivers.sqlite import Database, connect, refuse_network
from transcribe.store.verbs.audit_log import AuditRoom


class SqliteStore(AuditRoom):
    """`Store` over one SQLite file. Each verb is a transaction of its own, or part of `together` around it."""

    def together(self) -> AbstractContextManager[None]:
        """Several verbs as one transaction of this thread: all of them at the end, or none."""
        return self.db.write()

    def part(self) -> AbstractContextManager[None]:
        """Within `together`: verbs that may fail without the others."""
        return self.db.savepoint()

    def handover(self) -> Callable[[], AbstractContextManager[None]]:
        """Within `together`: how another thread goes on with this transaction while this one waits."""
        return self.db.handover()

    def close(self) -> None:
        """Close every connection."""
        self.db.close()


def open_sqlite(path: Path, key: bytes | None = None) -> SqliteStore:
    """The store in this file, made or brought up to date first; any number of processes may do so at once.

    `key` is that of the keyed hashes; without one it is kept in a file of its own beside the database, readable to its
    owner only. StoreError on a network file system.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    refuse_network(path)
    try:
        with closing(connect(path)) as connection:
            migrate(connection)
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{path.name} cannot be opened ({error}). Is it a database of fairhand, on a disk with room?"
        ) from error
    return SqliteStore(Database(path), _own_key(path.with_suffix(".key")) if key is None else key)


def _own_key(path: Path) -> bytes:
    """The key in this file, made by the first process that asks. Linking a finished file never shows half a key."""
    if not path.exists():
        part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first: its key is the key
            path.hardlink_to(part)
        part.unlink()
    return path.read_bytes()
