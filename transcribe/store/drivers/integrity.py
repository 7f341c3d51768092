"""What is broken in a state database: pages, rows that refer to nothing, triggers that guard what is append-only."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from transcribe.store.drivers.durable_files import ErasureList
from transcribe.store.drivers.migrate import migrate

MAX_FAULTS_COUNT = 10
"""The most faults of a kind that are named. Chosen by hand."""


def state_faults(path: Path) -> list[str]:
    """What is broken in a state database, in words. Empty where it is whole."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            said = [row[0] for row in connection.execute(f"PRAGMA integrity_check({MAX_FAULTS_COUNT})")]
            faults = [each for each in said if each != "ok"]
            for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(MAX_FAULTS_COUNT):
                faults.append(f"row {row} of {table} refers to nothing in {parent}")
            return faults + _missing_triggers(connection)
    except sqlite3.DatabaseError as error:
        return [str(error)]


def erasure_list_faults(path: Path) -> list[str]:
    """What is wrong with the list of erasures beside a state database, in words. Empty where it is whole."""
    listed = ErasureList(path.with_suffix(".erased"))
    count = listed.foreign_line_count()
    said = f"{count} lines of {listed.path} are damaged: what they listed may come back with an older {path.name}."
    return [said] if count else []


def _missing_triggers(connection: sqlite3.Connection) -> list[str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh)
        wanted, found = _triggers(fresh), _triggers(connection)
    return [
        f"the trigger {name} is {'another one' if name in found else 'missing'}"
        for name, sql in wanted.items()
        if found.get(name) != sql
    ]


def _triggers(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"))
