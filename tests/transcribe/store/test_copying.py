"""Whole states copied between a file and PostgreSQL: nothing lost, nothing half there, and the work goes on."""

from __future__ import annotations

import sqlite3
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.patience import PATIENCE
from tests.postgres import new_database, rows
from tests.worked_home import worked_home
from transcribe.errors import StoreError
from transcribe.store import copying
from transcribe.store.drivers.sqlite_tables import SqliteTables, reading_file
from transcribe.store.drivers.state_file import StateFile
from transcribe.store.drivers.table_copy import Rows, sums_of
from transcribe.store.postgresql.postgresql_schema import WRITE_LOCK
from transcribe.store.postgresql.postgresql_tables import PostgresqlTables
from transcribe.store.state_store import open_store

ONLY_ON = "postgresql"

OTHER_KEY = b"k" * 32


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state of a home in which people have worked."""
    return worked_home(tmp_path / "home") / "state.db"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A state, and a database that it is copied to again and again."""
    place = worked_home(tmp_path_factory.mktemp("kept"))
    with closing(sqlite3.connect(place / "state.db")) as connection:
        connection.execute("INSERT INTO page_print SELECT id, 1, 'receipt', x'00' FROM scan LIMIT 1")
        connection.commit()
    return place / "state.db", new_database()


@pytest.fixture
def url() -> str:
    return new_database()


def copied(state: Path, url: str) -> dict[str, object]:
    with copying.reading_state(state) as source:
        return dict(copying.copy_to_database(source, url, state))


def test_a_state_that_goes_there_and_back_is_what_it_was(state: Path, url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(state)) as connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 9000 WHERE name = 'outbox'")  # as after an epoch
        connection.commit()
    with reading_file(state) as source:
        before, numbers = sums_of(source), source.last_numbers()
    assert copied(state, url) == before
    assert before["reading"].rows >= 16
    with copying.reading_state(state, url) as source:
        assert copying.copy_to_file(source, tmp_path / "back.db") == before
        assert numbers.items() <= source.last_numbers().items()
    with reading_file(tmp_path / "back.db") as source:
        assert (sums_of(source), source.last_numbers()) == (before, numbers)
    assert StateFile(tmp_path / "back.db").faults() == [], "triggers and references are those of a new file"
    assert (tmp_path / "back.db").stat().st_mode & 0o077 == 0


def test_numbers_go_on_above_the_highest_and_what_is_append_only_stays_so(state: Path, url: str) -> None:
    copied(state, url)
    with psycopg.connect(url, autocommit=True) as connection:
        for table, key in (("scan", "id"), ("reading", "number"), ("ledger", "number")):
            asked = f"SELECT MAX({key}) FROM {table}"  # noqa: S608 names above
            highest = connection.execute(asked.encode()).fetchone()
            following = connection.execute("SELECT nextval(pg_get_serial_sequence(%s, %s))", [table, key]).fetchone()
            assert highest
            assert following == (highest[0] + 1,), table
        highest = connection.execute("SELECT MAX(number) FROM audit").fetchone()
        assert highest
        assert connection.execute("SELECT next_number('audit')").fetchone() == (highest[0] + 1,)
        with pytest.raises(psycopg.IntegrityError, match="append-only"):
            connection.execute("UPDATE ledger SET micro = 0")
        with pytest.raises(psycopg.IntegrityError, match="foreign key"):
            connection.execute("INSERT INTO undo (number, at) VALUES (999999, 1)")


def test_a_copy_that_ends_in_the_middle_leaves_the_database_empty_and_the_next_one_fills_it(
    state: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = SqliteTables.rows

    def cut(self: SqliteTables, table: str, columns: tuple[str, ...]) -> Iterator[Rows]:
        if table == "task":
            raise KeyboardInterrupt
        return whole(self, table, columns)

    with monkeypatch.context() as patched:
        patched.setattr(SqliteTables, "rows", cut)
        with pytest.raises(KeyboardInterrupt):
            copied(state, url)
    assert rows(url, "SELECT COUNT(*) FROM scan") == [(0,)]
    made = copied(state, url)
    assert copied(state, url) == made, "and what is there already is left as it is"


def test_a_database_that_holds_another_state_is_never_written_over(state: Path, url: str, tmp_path: Path) -> None:
    open_store(tmp_path / "other" / "state.db", OTHER_KEY, url=url).close()
    open_store(tmp_path / "other" / "state.db", url=url).close()  # with a key of its own from now on
    before = rows(url, "TABLE lineage")
    with pytest.raises(StoreError, match="holds a state already"):
        copied(state, url)
    assert rows(url, "TABLE lineage") == before
    own = new_database()
    copied(state, own)
    with psycopg.connect(own, autocommit=True) as connection:
        connection.execute("DELETE FROM setting")
        connection.execute("INSERT INTO setting VALUES ('added', 'later', 1)")
    with pytest.raises(StoreError, match="is not what the state is: setting"):
        copied(state, own)


def test_a_row_that_is_not_read_back_as_it_was_is_found_and_nothing_is_kept(
    state: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = PostgresqlTables.rows

    def changed(self: PostgresqlTables, table: str, columns: tuple[str, ...]) -> Iterator[Rows]:
        if table == "ledger":
            self.connection.execute("ALTER TABLE ledger DISABLE TRIGGER USER; UPDATE ledger SET micro = micro + 1")
        return whole(self, table, columns)

    monkeypatch.setattr(PostgresqlTables, "rows", changed)
    with closing(sqlite3.connect(state)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM ledger").fetchone()[0] > 0
    with pytest.raises(StoreError, match="is not what the state is: ledger"):
        copied(state, url)
    assert rows(url, "SELECT COUNT(*) FROM ledger") == [(0,)]


def test_what_postgresql_cannot_hold_is_said(state: Path, url: str) -> None:
    with closing(sqlite3.connect(state)) as connection:
        connection.execute("INSERT INTO setting VALUES ('nul', 'a' || char(0) || 'b', 1)")
        connection.commit()
    with pytest.raises(StoreError, match="Row nul of the table setting has a text with a NUL character"):
        copied(state, url)


def test_a_reference_that_does_not_hold_is_said(state: Path, url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(state)) as connection:
        connection.execute("INSERT INTO undo (number, at) VALUES (999999, 1)")
        connection.commit()
    with pytest.raises(StoreError, match="broken and cannot be copied"):
        copied(state, url)
    with (
        copying.reading_state(state) as source,
        pytest.raises(StoreError, match="row 999999 of undo refers to nothing"),
    ):
        copying.copy_to_file(source, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_a_state_that_was_moved_takes_no_write_and_is_opened_by_nobody(state: Path, url: str) -> None:
    copied(state, url)
    for at in ("", url):
        with copying.alone_with_state(state, at) as source:
            source.mark_moved("PostgreSQL at db.example")
        with pytest.raises(StoreError, match=r"moved from here to PostgreSQL at db\.example"):
            open_store(state.with_name("none.db") if at else state, OTHER_KEY, url=at)
    with copying.reading_state(state) as one, copying.reading_state(state, url) as other:
        assert sums_of(one) == sums_of(other), "all else is as it was"


def test_who_had_the_state_open_is_refused_when_it_was_moved(state: Path, url: str) -> None:
    copied(state, url)
    store = open_store(state.with_name("none.db"), OTHER_KEY, url=url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE lineage SET moved_to = 'elsewhere'")
    with pytest.raises(StoreError, match="moved from here to elsewhere"), store.together():
        pytest.fail("nothing is written")
    store.close()


def others_may_write(state: Path, url: str) -> bool:
    if url:
        return rows(url, f"SELECT pg_try_advisory_xact_lock({WRITE_LOCK})") == [(True,)]
    with closing(sqlite3.connect(state, timeout=0)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
    return True


def test_nothing_is_moved_while_a_program_has_the_state_open(state: Path, url: str) -> None:
    copied(state, url)
    for at in ("", url):
        store = open_store(state.with_name("none.db") if at else state, OTHER_KEY if at else None, url=at)
        store.counts()
        with pytest.raises(StoreError, match="Something works on"), copying.alone_with_state(state, at):
            pytest.fail("it is open")
        store.close()
        with copying.alone_with_state(state, at) as source:
            assert source.columns()
            assert not others_may_write(state, at)
        until = time.monotonic() + PATIENCE  # a server ends a session a moment after its client
        while not others_may_write(state, at):
            assert time.monotonic() < until


@pytest.mark.soak
def test_a_long_table_takes_no_more_memory_than_a_short_one(state: Path, url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(state)) as connection:
        connection.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) "
            "INSERT INTO setting SELECT 'name ' || i, hex(zeroblob(500)), i FROM n"
        )
        connection.commit()
    tracemalloc.start()
    try:
        assert len(copied(state, url)) > 80
        with copying.reading_state(state, url) as source:
            assert copying.copy_to_file(source, tmp_path / "back.db")["setting"].rows >= 40_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000, "the table has 40 MB"


@settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # a copy takes a second
@given(
    words=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40),
    number=st.integers(-(2**63), 2**63 - 1),
    real=st.floats(allow_nan=False),
    blob=st.binary(max_size=40),
)
def test_every_value_comes_back_as_it_was(
    kept: tuple[Path, str], words: str, number: int, real: float, blob: bytes
) -> None:
    state, url = kept
    with closing(sqlite3.connect(state)) as connection:
        connection.execute("INSERT OR REPLACE INTO setting VALUES ('drawn', ?, ?)", [words, number])
        connection.execute("UPDATE task SET ease = ?", [real])
        connection.execute("UPDATE page_print SET bits = ?", [blob])
        connection.commit()
    back = state.with_name("back.db")
    back.unlink(missing_ok=True)
    with copying.reading_state(state) as source:
        made = copying.copy_to_database(source, url, state, claim=state.with_name("claim"))
    with copying.reading_state(state, url) as source:
        assert copying.copy_to_file(source, back) == made
    with closing(sqlite3.connect(back)) as connection:
        assert connection.execute("SELECT value, at FROM setting WHERE name = 'drawn'").fetchone() == (words, number)
        assert connection.execute("SELECT DISTINCT ease FROM task").fetchone() == (real,)
        assert connection.execute("SELECT bits FROM page_print").fetchone() == (blob,)
