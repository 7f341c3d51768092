"""Work that an older home has added up by quarters of an hour is there by batch after the migration."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.postgres import new_database
from transcribe.store.drivers.migrate import MIGRATIONS_FOLDER, migrate
from transcribe.store.postgresql.postgresql_schema import bring_up_to_date

ROWS = (
    "INSERT INTO work_done (batch, at, form, what, count, amount) VALUES ('monday', 0, 'order', 'pay EUR', 2, 800),"
    " ('monday', 900000000, 'order', 'pay EUR', 1, 700), ('monday', 900000000, 'order', 'records', 3, 0),"
    " ('tuesday', 0, 'order', 'pay EUR', 5, 50), ('', 0, '', 'top-up EUR', 1, 9)"
)
MORE = (
    "INSERT INTO work_done (batch, at, form, what, count, amount)"
    " VALUES ('monday', 1800000000, 'order', 'pay EUR', 1, 1)",
    "UPDATE work_done SET count = count + 1, amount = amount + 10 WHERE batch = 'tuesday'",
)
SUMMED = "SELECT batch, form, what, count, amount FROM work_in_batch ORDER BY batch, form, what"
EXPECTED = [
    ("", "", "top-up EUR", 1, 9),
    ("monday", "order", "pay EUR", 4, 1501),
    ("monday", "order", "records", 3, 0),
    ("tuesday", "order", "pay EUR", 6, 60),
]


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """The steps up to the one before."""
    folder = tmp_path / "older"
    shutil.copytree(MIGRATIONS_FOLDER, folder)
    for step in folder.glob("0*.sql"):
        if int(step.name[:4]) >= 69:
            step.unlink()
    return folder


@pytest.mark.only_on("sqlite")
def test_work_is_added_up_by_batch_in_a_file(older: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as state:
        migrate(state, older)
        state.execute(ROWS)
        migrate(state, MIGRATIONS_FOLDER)
        for more in MORE:
            state.execute(more)
        assert state.execute(SUMMED).fetchall() == EXPECTED


@pytest.mark.only_on("postgresql")
def test_work_is_added_up_by_batch_on_postgresql(older: Path) -> None:
    with psycopg.connect(new_database(), autocommit=True) as connection:
        bring_up_to_date(connection, older)
        connection.execute(ROWS)
        bring_up_to_date(connection, MIGRATIONS_FOLDER)
        for more in MORE:
            connection.execute(more.encode())
        assert connection.execute(SUMMED).fetchall() == EXPECTED
