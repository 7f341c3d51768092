"""An older home's top-ups, summed up as pay until now, are told apart after the migration, in all sums alike."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from transcribe.store.drivers.migrate import MIGRATIONS_FOLDER, migrate

QUARTER = 900_000_000
SUMS = ("SELECT what, at, count, amount FROM work_done", "SELECT what, at, count, amount FROM work_in_all")
ONLY_ON = "sqlite"  # the statements are made by hand


def test_top_ups_that_were_summed_up_as_pay_are_summed_up_apart(tmp_path: Path) -> None:
    older = tmp_path / "older"
    older.mkdir()
    for step in MIGRATIONS_FOLDER.glob("*.sql"):
        if int(step.name[:4]) < 54:
            shutil.copy(step, older)
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as state:
        migrate(state, older)
        state.execute(
            "INSERT INTO transcriber (id, public_id, handle, roles, languages, regions, qualifications, time_zone,"
            " engagement, interface_language, training, paused, at)"
            " VALUES (1, 'a', 'ann', '[]', '[]', '[]', '[]', 'UTC', 'hourly', 'en', 0, 0, 0)"
        )
        lines = [(1, "top-up", 500, 10), (2, "time", 300, 20), (3, "top-up", 700, QUARTER + 5), (4, "top-up", 900, 30)]
        for number, kind, micro, at in lines:
            state.execute(
                "INSERT INTO ledger (number, transcriber_id, kind, micro, currency, seconds, at, reference)"
                " VALUES (?, 1, ?, ?, 'EUR', 0.0, ?, '')",
                (number, kind, micro, at),
            )
        state.execute("INSERT INTO work_mark VALUES ('ledger', 3)")  # the fourth line is not summed up yet
        state.execute("INSERT INTO work_done VALUES ('', 0, '', 'pay EUR', 2, 800)")
        state.execute("INSERT INTO work_done VALUES ('', ?, '', 'pay EUR', 1, 700)", (QUARTER,))
        migrate(state, MIGRATIONS_FOLDER)
        for sums in (
            "SELECT what, at, count, amount FROM work_done",
            "SELECT what, at, count, amount FROM work_in_all",
        ):
            assert sorted(state.execute(sums).fetchall()) == [
                ("pay EUR", 0, 1, 300),
                ("pay EUR", QUARTER, 0, 0),
                ("top-up EUR", 0, 1, 500),
                ("top-up EUR", QUARTER, 1, 700),
            ]
