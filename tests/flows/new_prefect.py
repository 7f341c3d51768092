"""Prefect's database as it is for a new home, made once in a run of the tests and copied to where one is needed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from flows.home.settings import load_settings
from flows.runtime.file_locks import take_lock
from flows.runtime.prefect_server import START_SECONDS, PrefectServer
from tests.flows.readings import folder_of_run

NAME = "new-prefect.db"
"""The file that all workers of a run share, beside the readings of the run."""


def prefect_database_of_run(home: Path, base: Path) -> Path:
    """The database that the workers of a run share. The first to ask has a server make it, in an empty folder."""
    shared = folder_of_run(base) / NAME
    held = take_lock(shared.with_suffix(".lock"), 2 * START_SECONDS)
    assert held is not None, "another worker makes the database and does not come to an end"
    with held:
        if not shared.exists():
            _make(home, shared)
    return shared


def _make(home: Path, to: Path) -> None:
    """Have a server of this home make its database, and copy it as a whole."""
    server = PrefectServer(load_settings(home))
    server.start()
    server.wait()
    unnamed = to.with_suffix(".part")
    made = home / "prefect" / "prefect.db"
    with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(unnamed)) as copy:
        source.backup(copy)
    server.stop()
    unnamed.replace(to)


def put_prefect_database(new: Path, home: Path) -> None:
    """Have a home begin with this database."""
    (home / "prefect").mkdir(parents=True, mode=0o700, exist_ok=True)
    shutil.copy(new, home / "prefect" / "prefect.db")
