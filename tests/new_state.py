"""New state databases, copied from one that was made: most tests begin with one of their own.

What a copy lacks is drawn anew: the name of its home. `make soak` has each made.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from transcribe.store import state_store
from transcribe.store.drivers.sqlite import SqliteDatabase, connect, open_sqlite

OWN_NAME = "UPDATE lineage SET home = lower(hex(randomblob(8)))"
"""What is drawn for each database, as they do it."""


def copy_new_states() -> None:
    """Have every new store of this process begin as a copy."""
    _made()
    vars(state_store)["open_sqlite"] = opened


def opened(path: Path, *, copied: bool = False) -> SqliteDatabase:
    """What `open_sqlite` gives; where there is no file yet, a copy is put there first."""
    if path.parent.is_dir() and not path.exists() and not path.with_name(f"{path.name}-wal").exists():
        _put(path)
    return open_sqlite(path, copied=copied)


def _put(path: Path) -> None:
    """Put a copy there, at once and as a whole. Where that cannot be, opening says why."""
    unnamed = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
    try:
        unnamed.write_bytes(_made())
        with closing(sqlite3.connect(unnamed, isolation_level=None)) as connection:
            connection.execute(OWN_NAME)
        os.link(unnamed, path)
    except (OSError, sqlite3.Error):
        return
    finally:
        unnamed.unlink(missing_ok=True)


@cache
def _made() -> bytes:
    """The bytes of a new database."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.db"
        open_sqlite(path).close()
        with closing(connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return path.read_bytes()
