"""A state of an earlier version becomes what a new one is, on both databases, and one that is too old is refused."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.postgres import new_database
from tests.transcribe.store import databases
from transcribe.errors import StoreError
from transcribe.store.drivers import state_file
from transcribe.store.drivers.state_file import OLDEST_VERSION, newest_version
from transcribe.store.postgresql.postgresql_schema import bring_up_to_date

HOMES = Path(__file__).parents[2] / "homes"

STEP = """ALTER TABLE scan ADD COLUMN weight REAL NOT NULL DEFAULT 0.5;
ALTER TABLE scan ADD COLUMN shelf INTEGER;
"""

SET_VERSION = "UPDATE schema_version SET version = {}"

PARTS_OF_TABLE = (
    'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?) ORDER BY cid',
    'SELECT "table", "from", "to", on_delete FROM pragma_foreign_key_list(?) ORDER BY 2',
    "SELECT wr, strict FROM pragma_table_list(?)",
    'SELECT "unique", origin, partial, group_concat(i.name) FROM pragma_index_list(?) l, pragma_index_info(l.name) i'
    " GROUP BY l.name ORDER BY 1, 2, 3, 4",
)

PARTS_OF_DATABASE = """
SELECT 'column', table_name, ordinal_position::text, column_name || ' ' || data_type || is_nullable || is_identity
    || COALESCE(collation_name, '') || COALESCE(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, '', pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, '', substr(indexdef, strpos(indexdef, ' ON '))
FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'view', viewname, '', definition FROM pg_views WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgname, '', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, '', prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'storage', relname, '', COALESCE(array_to_string(reloptions, ','), '')
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""
"""All but the names of constraints: a table that was renamed keeps those that it began with."""


class State:
    """A state on the database of this test, as it is in a file or on the server."""

    def __init__(self, folder: Path) -> None:
        self.is_file = databases.kind() == "sqlite"
        self._at = str(folder / "state.db") if self.is_file else new_database()

    def bring_up(self) -> None:
        """What opening it does first."""
        if self.is_file:
            with closing(sqlite3.connect(self._at, isolation_level=None)) as connection:
                state_file.migrate(connection)
            return
        with psycopg.connect(self._at, autocommit=True) as server:
            bring_up_to_date(server)

    def run(self, *statements: str) -> list[Any]:
        """Run statements one by one. Gives the rows of the last."""
        if self.is_file:
            with closing(sqlite3.connect(self._at, isolation_level=None)) as connection:
                return [connection.execute(each).fetchall() for each in statements][-1]
        with psycopg.connect(self._at, autocommit=True) as server:
            cursors = [server.execute(each.encode()) for each in statements]
            return cursors[-1].fetchall() if cursors[-1].description else []

    def version(self) -> int:
        """The version of its tables."""
        asked = "PRAGMA user_version" if self.is_file else "SELECT version FROM schema_version"
        return int(self.run(asked)[0][0])

    def set_version(self, version: int) -> None:
        """Have it say that it is of another version."""
        self.run(f"PRAGMA user_version = {version}" if self.is_file else SET_VERSION.format(version))

    def schema(self) -> set[tuple[str, ...]]:
        """All of its tables, indexes, views and triggers, in whatever order and layout they were written."""
        if not self.is_file:
            return {(kind, of, place, _flat(text)) for kind, of, place, text in self.run(PARTS_OF_DATABASE)}
        with closing(sqlite3.connect(self._at)) as connection:
            found = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
            parts: set[tuple[str, ...]] = {(kind, name, "", _flat(sql)) for kind, name, sql in found if kind != "table"}
            for _, name, sql in (each for each in found if each[0] == "table"):
                checks = sorted(re.findall(r"CHECK \(.*?\)+|AUTOINCREMENT", sql))
                each_part = [connection.execute(asked, (name,)).fetchall() for asked in PARTS_OF_TABLE]
                parts.add(("table", name, "", repr((each_part, checks))))
            return parts


def _flat(text: str) -> str:
    return " ".join(text.split())


def oldest(folder: Path) -> State:
    """A state of the oldest version that is opened, as the program of then made it."""
    if databases.kind() == "sqlite":
        shutil.copy(HOMES / "v0_1" / "state.db", folder / "state.db")
        return State(folder)
    state = State(folder)
    state.run((HOMES / "v74.postgresql.sql").read_text(encoding="utf-8"))
    return state


def new(folder: Path) -> State:
    """A state that was just made."""
    folder.mkdir()
    state = State(folder)
    state.bring_up()
    return state


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of steps with one above all that there are."""
    folder = tmp_path / "steps"
    folder.mkdir()
    (folder / f"{newest_version() + 1:04d}_next.sql").write_text(STEP)
    monkeypatch.setattr(state_file, "MIGRATIONS_FOLDER", folder)
    return folder


def test_a_state_of_the_oldest_version_has_all_that_a_new_one_has(tmp_path: Path) -> None:
    state = oldest(tmp_path)
    assert state.version() == OLDEST_VERSION
    state.bring_up()
    made = new(tmp_path / "new")
    assert state.version() == made.version() == newest_version()
    assert state.schema() == made.schema()
    assert len(made.schema()) > 200


def test_a_step_changes_tables_and_what_is_seen_of_them_and_keeps_rows(tmp_path: Path, steps: Path) -> None:
    state = new(tmp_path / "new")
    assert state.version() == newest_version()
    state.set_version(newest_version() - 1)
    state.run(
        "INSERT INTO scan (id, sha256, form, form_version, name, batch, received_at) VALUES (7, 'a', '', 1, '', '', 0)"
    )
    state.bring_up()
    assert state.version() == newest_version()
    assert state.run("SELECT id, weight, shelf FROM scan") == [(7, 0.5, None)]
    assert state.run("SELECT COUNT(*) FROM field_now") == [(0,)], "views are there again"
    state.bring_up()
    assert state.run("SELECT COUNT(*) FROM scan") == [(1,)]


def test_a_step_for_one_database_takes_the_place_of_the_common_one(tmp_path: Path, steps: Path) -> None:
    state = new(tmp_path / "new")
    state.set_version(newest_version() - 1)
    (steps / f"{newest_version():04d}_next.{databases.kind()}.sql").write_text("CREATE TABLE shelf (id INTEGER);\n")
    assert newest_version() == OLDEST_VERSION + 1
    state.bring_up()
    assert state.run("SELECT COUNT(*) FROM shelf") == [(0,)]
    with pytest.raises((sqlite3.Error, psycopg.Error), match="weight"):
        state.run("SELECT weight FROM scan")


def test_where_a_step_fails_the_state_stays_as_it_was(tmp_path: Path, steps: Path) -> None:
    state = new(tmp_path / "new")
    state.set_version(newest_version() - 1)
    before = state.schema()
    (steps / f"{newest_version() + 1:04d}_bad.sql").write_text("ALTER TABLE nowhere ADD COLUMN x INTEGER;\n")
    with pytest.raises((sqlite3.Error, psycopg.Error), match="nowhere"):
        state.bring_up()
    assert state.schema() == before
    assert state.version() == newest_version() - 2


@pytest.mark.parametrize("version", [1, 9, OLDEST_VERSION - 1])
def test_a_state_that_is_too_old_is_refused_with_what_to_do_and_left_as_it_is(version: int, tmp_path: Path) -> None:
    state = oldest(tmp_path)
    state.set_version(version)
    before = state.schema()
    with pytest.raises(StoreError, match=rf"has version {version}, .*`fairhand status` once .*commit [0-9a-f]{{8}}"):
        state.bring_up()
    assert (state.version(), state.schema()) == (version, before)


def test_work_is_added_up_by_batch_and_in_all_as_it_comes_and_grows(tmp_path: Path) -> None:
    state = new(tmp_path / "new")
    state.run(
        "INSERT INTO work_done (batch, at, form, what, count, amount) VALUES ('monday', 0, 'order', 'pay EUR', 2, 800),"
        " ('monday', 900000000, 'order', 'pay EUR', 1, 700), ('tuesday', 0, 'order', 'pay EUR', 5, 50)",
        "UPDATE work_done SET count = count + 1, amount = amount + 10 WHERE batch = 'tuesday'",
    )
    assert state.run("SELECT batch, count, amount FROM work_in_batch ORDER BY 1") == [
        ("monday", 3, 1500),
        ("tuesday", 6, 60),
    ]
    assert state.run("SELECT at, count, amount FROM work_in_all ORDER BY 1") == [(0, 8, 860), (900000000, 1, 700)]


LAW = re.compile(r"CREATE TRIGGER (\w+) BEFORE (UPDATE|DELETE)(?: OF (\w+))? ON (\w+)")


OF_FILE = "SELECT name, type FROM pragma_table_info('{}')"
OF_SERVER = (
    "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{}'"
)
"""The columns of a table and their types."""

UNGUARDED = {"sqlite": "PRAGMA foreign_keys = OFF", "postgresql": "SET session_replication_role = replica"}
"""Lets a row be put that refers to nothing."""


def laws() -> dict[str, tuple[str, str, str]]:
    """The triggers that refuse a change, each with the event, the column and the table."""
    text = state_file.SCHEMA.with_suffix(".sqlite.sql").read_text(encoding="utf-8")
    return {name: (event, column, table) for name, event, column, table in LAW.findall(text)}


@pytest.mark.promise("Readings, undoings, decisions, parameters,", "Only `scan forget` gets")
@pytest.mark.parametrize("name", sorted(laws()))
def test_what_is_append_only_is_neither_changed_nor_deleted(name: str, tmp_path: Path) -> None:
    event, column, table = laws()[name]
    state = new(tmp_path / "new")
    kinds = dict(state.run((OF_FILE if state.is_file else OF_SERVER).format(table)))
    row = ", ".join("'x'" if kind.lower() == "text" else "2" for kind in kinds.values())
    state.run(UNGUARDED[databases.kind()], f"INSERT INTO {table} ({', '.join(kinds)}) VALUES ({row})")  # noqa: S608
    changed = column or next(iter(kinds))
    change = f"DELETE FROM {table}" if event == "DELETE" else f"UPDATE {table} SET {changed} = {changed}"  # noqa: S608
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match=r"append-only|only with forget|stays"):
        state.run(change)
    assert len(laws()) > 30
