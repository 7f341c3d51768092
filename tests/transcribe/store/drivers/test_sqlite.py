"""Connections to SQLite: closed while other threads ask something."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from transcribe.store.drivers.sqlite_errors import store_error

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
