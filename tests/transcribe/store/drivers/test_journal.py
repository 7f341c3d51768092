"""The write-ahead journal, while somebody else holds the database."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from transcribe.store.drivers.journal import enable_write_ahead


def opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)


def test_who_opens_a_database_that_another_just_makes_waits_for_it(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "new.db")) as first, closing(opened(tmp_path / "new.db")) as second:
        first.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            second.execute("PRAGMA journal_mode=WAL")
        later = threading.Timer(0.2, first.execute, ["COMMIT"])
        later.start()
        enable_write_ahead(second, patience_seconds=30)
        later.join()
        assert second.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_patience_ends(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "new.db")) as first, closing(opened(tmp_path / "new.db")) as second:
        first.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            enable_write_ahead(second, patience_seconds=0.1)
