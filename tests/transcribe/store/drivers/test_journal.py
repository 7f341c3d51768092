"""The write-ahead journal, while somebody else holds the database."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from transcribe.store.drivers.journal import enable_write_ahead


def opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)


def test_who_opens_a_database_that_another_just_makes_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        """Instead of sleeping; in the third one the other has finished."""
        pauses.append(seconds)
        if len(pauses) == 3:
            first.execute("COMMIT")

    with closing(opened(tmp_path / "new.db")) as first, closing(opened(tmp_path / "new.db")) as second:
        first.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            second.execute("PRAGMA journal_mode=WAL")
        monkeypatch.setattr(time, "sleep", pause)
        enable_write_ahead(second, patience_seconds=600)
        assert len(pauses) == 3
        assert second.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_patience_ends(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "new.db")) as first, closing(opened(tmp_path / "new.db")) as second:
        first.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            enable_write_ahead(second, patience_seconds=0.1)
