"""Connections to SQLite: closed while other threads ask something."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from transcribe.store.drivers.sqlite import enable_write_ahead, store_error

ONLY_ON = "sqlite"

CRASHES = """
import sqlite3, sys, threading, time
from pathlib import Path
from transcribe.errors import StoreError
from transcribe.store.drivers.sqlite import SqliteDatabase

SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT count(*), :x FROM n"
ended = []
how, rounds, statement = sys.argv[2], int(sys.argv[3]), sys.argv[4]
for number in range(rounds):
    database = SqliteDatabase(Path(sys.argv[1]) / f"{number}.db")
    database.statements = {"slow": SLOW, "quick": "SELECT :x"}

    closed = threading.Event()

    def ask():
        try:
            while not closed.is_set():  # who comes to ask after the closing opens the database anew
                if how == "alone":
                    database.all(statement, x=1)
                    continue
                with database.snapshot():
                    database.all(statement, x=1)
        except StoreError:
            pass
        ended.append(True)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.02)
    database.close()
    closed.set()
    for thread in threads:
        thread.join(30)
print(len(ended))
"""


@pytest.mark.parametrize(
    ("how", "rounds", "statement"), [("alone", 6, "slow"), ("in a snapshot", 6, "slow"), ("in a snapshot", 40, "quick")]
)
def test_closing_ends_what_other_threads_ask_with_an_error_and_not_the_process(
    tmp_path: Path, how: str, rounds: int, statement: str
) -> None:
    words = [str(tmp_path), how, str(rounds), statement]
    done = subprocess.run(
        [sys.executable, "-c", CRASHES, *words], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout) == (0, f"{3 * rounds}\n"), done.stderr[-2000:]


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (sqlite3.SQLITE_CORRUPT, "Put it back from a backup"),
        (sqlite3.SQLITE_READONLY | 8 << 8, "Make its folder writable"),
        (sqlite3.SQLITE_CANTOPEN, "Make its folder writable"),
        (sqlite3.SQLITE_NOTADB, "Is it a database of fairhand?"),
        (sqlite3.SQLITE_FULL, "Make room on it"),
    ],
)
def test_what_sqlite_raises_is_told_with_the_remedy_for_it(tmp_path: Path, code: int, remedy: str) -> None:
    path = tmp_path / "state.db"
    path.touch()
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    assert remedy in str(store_error(error, path, opening=True))


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
