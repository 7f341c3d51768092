"""The state on PostgreSQL: how it is written, and what is refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from tests.patience import PATIENCE
from tests.postgres import new_database, shared_server
from tests.transcribe.store.world import KEY, NOON, World, person
from transcribe.errors import SettingsError, StoreError
from transcribe.store.drivers.state_file import newest_version
from transcribe.store.postgresql import postgresql_schema
from transcribe.store.postgresql.postgresql import PostgresqlDatabase
from transcribe.store.state_store import Store, open_store

ONLY_ON = "postgresql"


def test_a_row_is_read_by_name_by_number_and_in_order(here: World) -> None:
    row = here.store.scan_row(here.scan("a").id)
    columns = list(row.keys())
    assert [row[each] for each in columns] == list(row)  # type: ignore[call-overload]  # a row is a sequence too
    with pytest.raises(IndexError):
        row["no such column"]


@pytest.mark.promise("connections are read-only until")
def test_nothing_is_written_outside_of_a_transaction_that_waited_for_its_turn(here: World) -> None:
    with pytest.raises(StoreError, match="read-only"):
        here.store.db.run("put_setting", name="a", value="b", now=1)


def test_a_statement_that_takes_too_long_is_ended_and_the_next_one_goes_through(here: World) -> None:
    slow = open_store(here.path, KEY, url=make_conninfo(here.url, options="-c statement_timeout=500ms"))
    assert isinstance(slow.db, PostgresqlDatabase)
    slow.db.statements = {**slow.db.statements, "sleep": ("SELECT pg_sleep(20)", ())}
    with pytest.raises(StoreError, match="statement timeout"):
        slow.db.one("sleep")
    with pytest.raises(StoreError, match="statement timeout"), slow.db.snapshot():
        slow.db.one("sleep")
    assert slow.transcribers() == here.store.transcribers()
    slow.close()


def test_reading_never_waits_for_who_writes(here: World) -> None:
    other = open_store(here.path, KEY, url=make_conninfo(here.url, options="-c lock_timeout=50ms"))
    with here.store.together(), ThreadPoolExecutor(1) as apart:
        here.store.put_transcriber(person("zoe"), NOON)
        seen = apart.submit(other.transcribers).result(PATIENCE)
    assert "zoe" not in {each.handle for each in seen}, "it is of before"
    assert "zoe" in {each.handle for each in other.transcribers()}
    other.close()


def test_who_waits_for_another_writer_for_too_long_is_told(here: World) -> None:
    other = open_store(here.path, KEY, url=make_conninfo(here.url, options="-c lock_timeout=50ms"))
    with here.store.together(), ThreadPoolExecutor(1) as apart, pytest.raises(StoreError, match="lock timeout"):
        apart.submit(other.put_transcriber, person("zoe"), NOON).result()
    other.put_transcriber(person("zoe"), NOON)
    other.close()


START = """
import sys
from pathlib import Path
from transcribe.store import open_store
store = open_store(Path(sys.argv[1]), b"k" * 32, url=sys.argv[2])
print(store.db.value("home_name"), flush=True)
"""


def test_four_programs_that_open_an_empty_database_at_once_make_one(tmp_path: Path) -> None:
    url = new_database()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(tmp_path / f"home {number}" / "state.db"), url],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[4],
        )
        for number in range(4)
    ]
    told = [each.communicate(timeout=PATIENCE)[0] for each in started]
    assert [each.returncode for each in started] == [0] * 4
    assert len(set(told)) == 1


def refused(path: Path, url: str, key: bytes | None = KEY) -> str:
    with pytest.raises(StoreError) as said:
        open_store(path, key, url=url).close()
    return str(said.value)


def test_what_is_wrong_with_an_address_is_said(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    nowhere = make_conninfo(shared_server(), host=str(tmp_path))
    assert "cannot be reached" in refused(path, nowhere)
    assert "cannot be reached" in refused(path, make_conninfo(shared_server(), dbname="no_such_database"))
    assert "is no address of PostgreSQL" in refused(path, "mysql://here/there")
    assert not path.with_suffix(".key").exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://fair:sec ret@127.0.0.1/fair",
        "postgresql://fair:sec%ret@127.0.0.1/fair",
        "postgresql://fair:sec@ret@127.0.0.1/fair",
        "postgresql://fair:sec/ret@127.0.0.1/fair",
        "PostgreSQL://fair:secret@127.0.0.1/fair",
        "'postgresql://fair:secret@127.0.0.1/fair'",
        "postgresql+psycopg://fair:secret@127.0.0.1/fair",
    ],
)
def test_a_password_is_not_said_where_an_address_is_mistyped(tmp_path: Path, url: str) -> None:
    said = refused(tmp_path / "state.db", url)
    assert "is no address of PostgreSQL" in said
    assert "%40" in said
    assert "sec" not in said
    assert "ret" not in said


def test_spaces_around_an_address_do_no_harm(tmp_path: Path) -> None:
    open_store(tmp_path / "state.db", KEY, url=f" {new_database()} \n").close()


def test_a_server_that_will_not_do_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.db"
    with psycopg.connect(shared_server(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE plain ENCODING SQL_ASCII LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    assert "is in SQL_ASCII" in refused(path, make_conninfo(shared_server(), dbname="plain"))
    monkeypatch.setattr(postgresql_schema, "OLDEST_SERVER_VERSION", 990_000)
    assert "needs 99 or newer" in refused(path, shared_server())


def test_a_database_that_is_not_ours_or_newer_or_closed_to_us_is_refused(tmp_path: Path) -> None:
    path, url = tmp_path / "state.db", new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE scan (barcode TEXT)")
        assert "holds tables of something else" in refused(path, url)
        connection.execute("DROP TABLE scan")
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE guest LOGIN")
        assert "may not make or change tables" in refused(path, make_conninfo(url, user="guest"))
        open_store(path, KEY, url=url).close()
        connection.execute("UPDATE schema_version SET version = version + 1")
    assert f"has version {newest_version() + 1}" in refused(path, url)


@pytest.mark.promise("a home is never")
def test_a_home_has_one_database_and_its_key(here: World, tmp_path: Path) -> None:
    for path in tmp_path.iterdir():
        path.unlink()
    first, second = tmp_path / "first" / "state.db", tmp_path / "second" / "state.db"
    other = new_database()
    open_store(first, url=other).close()
    assert "is in another database" in refused(first, here.url, None)
    with pytest.raises(StoreError, match="is in PostgreSQL, and FAIRHAND_STATE is not set"):
        open_store(first)
    assert "key is not here" in refused(second, other, None)
    shutil.copy(first.with_suffix(".key"), second.with_suffix(".key"))
    both = [open_store(path, url=other) for path in (first, second)]
    both[0].put_transcriber(person("zoe"), NOON)
    assert [each.handle for each in both[1].transcribers()] == ["zoe"]
    for each in both:
        each.close()
    in_file = tmp_path / "file" / "state.db"
    open_store(in_file).close()
    assert "is in state.db" in refused(in_file, other, None)
    second.with_suffix(".postgresql").unlink()
    second.with_suffix(".key").write_bytes(b"x" * 32)
    assert "copy state.key of a home that works on it" in refused(second, other, None)
    third = new_database()
    open_store(second, url=third).close()
    assert not open_store(second, url=third).transcribers(), "a database that was named by mistake binds no home"


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    url = new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE flow_run (id uuid)")
        assert "holds tables of something else" in refused(tmp_path / "state.db", url)
        assert connection.execute("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (1,)


def test_a_part_that_fails_leaves_the_rest(here: World) -> None:
    with here.store.together():
        here.store.put_transcriber(person("zoe"), NOON)
        with pytest.raises(SettingsError), here.store.part():
            here.store.put_transcriber(person("ann"), NOON)  # the handle is taken: the statement failed
        here.store.put_transcriber(person("max"), NOON)
    assert {"zoe", "max"} <= {each.handle for each in here.store.transcribers()}
    assert here.store.verify_audit().whole


def test_what_was_not_sent_yet_is_seen_by_the_next_statement(here: World) -> None:
    with here.store.db.write():
        here.store.db.run("put_setting", name="a", value="b", now=1)
        here.store.db.run("put_setting", name="a", value="c", now=2)
        assert here.store.db.value("setting", name="a") == "c"
    assert here.store.db.value("setting", name="a") == "c"


def half_done(store: Store, reading: int | None) -> None:
    """A part that fails: where it takes back a reading that is not there, else before anything of it was sent."""
    with store.part():
        store.db.run("put_setting", name="a", value="b", now=1)
        if reading is None:
            raise ZeroDivisionError
        store.put_transcriber(person("half"), NOON)
        store.db.run("put_undo", number=reading, now=1)


def test_what_fails_fails_its_own_part_though_nobody_asked_for_its_result(here: World) -> None:
    with here.store.together():
        here.store.put_transcriber(person("zoe"), NOON)
        for number, failure in ((1_000_000, psycopg.IntegrityError), (None, ZeroDivisionError)):
            with pytest.raises(failure):
                half_done(here.store, number)
        here.store.put_transcriber(person("max"), NOON)
    handles = {each.handle for each in here.store.transcribers()}
    assert {"zoe", "max"} <= handles
    assert "half" not in handles
    assert here.store.db.value("setting", name="a") is None
    assert here.store.verify_audit().whole


def test_what_was_not_sent_yet_of_a_part_that_fails_is_not_sent_later(here: World) -> None:
    database = here.store.db
    with database.write():
        with suppress(ZeroDivisionError), database.savepoint():
            database.value("setting", name="a")  # so that the beginning of the part was sent
            database.run("put_setting", name="a", value="half done", now=1)
            raise ZeroDivisionError
        database.run("put_setting", name="b", value="kept", now=1)
    assert (database.value("setting", name="a"), database.value("setting", name="b")) == (None, "kept")


@given(st.lists(st.sampled_from(["ahead", "read", "write", "write now", "part", "failed part"]), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_law_what_was_asked_ahead_is_what_it_would_be_when_it_is_read(here: World, steps: list[str]) -> None:
    """Whatever is written, kept back and taken back between."""
    database, value = here.store.db, 0
    with database.write():
        database.run("put_setting", name="a", value="0", now=1)
        for number, step in enumerate(steps, 1):
            if step == "ahead":
                database.ahead("setting", name="a")
            elif step == "write":
                database.run("put_setting", name="a", value=str(value := number), now=1)
            elif step == "write now":
                database.changed("put_setting", name="a", value=str(value := number), now=1)
            elif step == "read":
                assert database.value("setting", name="a") == str(value)
            elif step == "part":
                with database.savepoint():
                    database.ahead("setting", name="a")
                    database.run("put_setting", name="a", value=str(value := number), now=1)
            else:
                with suppress(ZeroDivisionError), database.savepoint():
                    database.run("put_setting", name="a", value="half done", now=1)
                    database.ahead("setting", name="a")
                    assert database.value("setting", name="a") == "half done"
                    raise ZeroDivisionError
        assert database.value("setting", name="a") == str(value)


def test_a_transaction_that_was_taken_back_leaves_no_gap_in_the_log(here: World) -> None:
    with suppress(ZeroDivisionError), here.store.together():
        here.store.put_transcriber(person("half"), NOON)
        raise ZeroDivisionError
    here.store.put_transcriber(person("zoe"), NOON)
    assert here.store.verify_audit().whole
    lines = here.store.audit()
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))


def test_a_part_within_a_part_ends_by_itself(here: World) -> None:
    with here.store.together(), here.store.part():
        here.store.put_transcriber(person("zoe"), NOON)
        with suppress(ZeroDivisionError), here.store.part():
            here.store.put_transcriber(person("max"), NOON)
            raise ZeroDivisionError
    assert "zoe" in {each.handle for each in here.store.transcribers()}
    assert "max" not in {each.handle for each in here.store.transcribers()}
