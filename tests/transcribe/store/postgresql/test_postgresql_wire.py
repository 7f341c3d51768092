"""Statements of a transaction on PostgreSQL: sent at once, answered later, and asked once where nothing changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

import psycopg
import pytest

from tests.bench.bench_store import fill
from tests.transcribe.store.world import KEY, NOON, World, person, put, sent
from transcribe.store.drivers.columns import micros
from transcribe.store.postgresql.postgresql import PostgresqlDatabase
from transcribe.store.postgresql.postgresql_connection import ServerConnection
from transcribe.store.postgresql.postgresql_pipeline import Transaction
from transcribe.store.postgresql.postgresql_rows import adapt
from transcribe.store.postgresql.postgresql_wire import Answer, Wire
from transcribe.store.state_store import open_store
from transcribe.store.verbs.queue import NEWCOMER_WINDOW_COUNT
from transcribe.store.verbs.reconcile import MISPLACED
from transcribe.store.verbs.routing import queue_order

ONLY_ON = "postgresql"


@pytest.fixture
def connection(here: World) -> Iterator[ServerConnection]:
    with ServerConnection.connect(here.url, autocommit=True, prepare_threshold=None) as made:
        adapt(made)
        yield made


def test_answers_come_in_the_order_of_the_statements(connection: ServerConnection) -> None:
    answers = [connection.wire.send("SELECT $1 AS a, $2 AS b", [number, f"é{number}"]) for number in range(50)]
    assert not any(each.is_here for each in answers)
    connection.wire.wait()
    assert [tuple(each.rows[0]) for each in answers] == [(number, f"é{number}") for number in range(50)]
    assert answers[7].rows[0]["b"] == "é7"
    connection.wire.leave()
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_values_of_every_kind_are_given_and_come_back(connection: ServerConnection) -> None:
    values = [7, -(2**62), 0.25, "", "a'b\\", None, b"\x00\xff", True]
    kinds = ["BIGINT", "BIGINT", "DOUBLE PRECISION", "TEXT", "TEXT", "TEXT", "BYTEA", "BIGINT"]
    for value, kind in zip(values, kinds, strict=True):
        (row,) = connection.wire.ask(f"SELECT CAST($1 AS {kind}) AS it", [value]).rows
        assert row["it"] == value
    with pytest.raises(psycopg.DataError):
        connection.wire.ask("SELECT CAST($1 AS TEXT)", ["nul \x00"])
    assert connection.wire.ask("SELECT 2 > 1 AS it", []).rows[0]["it"] == 1


def test_the_first_error_is_raised_and_nothing_after_it_was_run(connection: ServerConnection) -> None:
    connection.execute("CREATE TEMPORARY TABLE seen (a BIGINT CHECK (a < 5))")
    for number in (1, 9, 2):
        connection.wire.send("INSERT INTO seen VALUES ($1)", [number])
    connection.wire.send("SELECT a, 1 / (a - a) FROM seen", [])
    with pytest.raises(psycopg.IntegrityError):
        connection.wire.wait()
    assert [row["a"] for row in connection.wire.ask("SELECT a FROM seen", []).rows] == []
    connection.wire.ask("INSERT INTO seen VALUES ($1)", [3])
    assert connection.wire.ask("UPDATE seen SET a = a + 1", []).count == 1


def test_more_than_the_network_holds_is_sent_and_read(connection: ServerConnection) -> None:
    long = "x" * 300_000
    answers = [connection.wire.send("SELECT $1 || CAST($2 AS TEXT) AS it", [long, number]) for number in range(60)]
    connection.wire.wait()
    assert [int(each.rows[0]["it"].lstrip("x")) for each in answers] == list(range(60))


def test_a_statement_whose_table_was_changed_is_prepared_anew(connection: ServerConnection) -> None:
    connection.execute("CREATE TEMPORARY TABLE changing (a BIGINT)")
    assert connection.wire.ask("SELECT * FROM changing", []).rows == []
    connection.execute("ALTER TABLE changing ADD COLUMN b BIGINT; INSERT INTO changing VALUES (1, 2)")
    with suppress(psycopg.Error):
        connection.wire.ask("SELECT * FROM changing", [])
    assert [tuple(row) for row in connection.wire.ask("SELECT * FROM changing", []).rows] == [(1, 2)]


def test_an_answer_that_is_waited_for_leaves_those_after_it(connection: ServerConnection) -> None:
    answers = [connection.wire.send("SELECT $1 AS a", [str(number)]) for number in range(3)]
    connection.wire.wait_for(answers[1])
    assert [each.is_here for each in answers] == [True, True, False]
    connection.wire.leave()
    assert answers[2].rows[0]["a"] == "2"


def test_an_error_before_the_answer_that_is_waited_for_is_raised(connection: ServerConnection) -> None:
    connection.wire.send("SELECT 1 / $1", [0])
    after = connection.wire.send("SELECT $1 AS a", ["1"])
    with pytest.raises(psycopg.errors.DivisionByZero):
        connection.wire.wait_for(after)
    assert not after.is_here
    assert connection.wire.ask("SELECT $1 AS a", ["2"]).rows[0]["a"] == "2"


def test_what_seldom_changes_is_asked_once_until_it_is_written(here: World, connection: ServerConnection) -> None:
    connection.execute("BEGIN")
    transaction = Transaction(connection)

    def put_value(value: str) -> None:
        transaction.send("INSERT INTO setting VALUES ('a', $1, 0) ON CONFLICT (name) DO UPDATE SET value = $1", [value])

    def value() -> str:
        return str(transaction.rows("SELECT value FROM setting WHERE name = $1", ["a"], steady=True)[0]["value"])

    put_value("1")
    assert value() == "1"
    transaction.send("UPDATE task SET passed = 0", [])
    assert value() == "1"
    assert connection.wire.waiting_count > 0, "it was not asked again"
    put_value("2")
    transaction.begin_part()
    put_value("3")
    assert value() == "3"
    assert transaction.take_back()
    assert value() == "2"
    transaction.give_up()


def test_a_person_who_is_changed_within_a_transaction_is_seen_changed(here: World) -> None:
    with here.store.together():
        before = here.store.person_row("ann")["paused"]
        with suppress(RuntimeError), here.store.part():
            here.store.set_paused("ann", paused=True, now=NOON)
            assert here.store.person_row("ann")["paused"] != before
            raise RuntimeError
        assert here.store.person_row("ann")["paused"] == before


def test_numbers_of_readings_rise_in_the_order_in_which_they_are_written(here: World) -> None:
    fill(here, 200)
    turns = ["ann", "ben"] * 20
    with here.store.together():
        for number, who in enumerate(turns):
            with suppress(RuntimeError), here.store.part():
                (task,) = here.store.lease(who, 1, NOON + timedelta(seconds=number))
                here.store.submit(task.id, who, sent("1", f"{number}"), NOON + timedelta(seconds=number + 1))
                if number % 5 == 4:
                    raise RuntimeError
            if number == 7:
                here.scan("between")
    rows = here.behind.execute("SELECT number, at, transcriber_id FROM reading ORDER BY number").fetchall()
    written = [who is not None for _, _, who in rows]
    assert written == [True] * 7 + [False] * (len(rows) - 32) + [True] * 25, "in turn with what machines read"
    times = [at for _, at, who in rows if who is not None]
    assert len(times) == 32
    assert times == sorted(times)
    assert len(here.store.ledger()) == 32
    assert here.store.verify_audit().whole
    assert not here.store.forgeries()


def test_the_easiest_task_is_the_same_whether_the_server_or_the_program_chooses(here: World) -> None:
    fill(here, 3_000)
    here.behind.execute(
        "UPDATE task SET ease = (id * 7919 % 1000) / 1000.0, priority = id % 2, opened_at = CASE WHEN id % 3 = 0 THEN 0"
        " ELSE ? END",
        (micros(NOON),),
    )
    who = here.store.person_row("ann")["id"]
    shared = {"who": who, "expert": 0, "kinds": None, "refused": None, "spares": None, "sitting": 0, "pool": "read"}
    shared |= {"misplaced": MISPLACED, "count": NEWCOMER_WINDOW_COUNT, "longest": micros(NOON), "rested": 0}
    for tradition, waited in itertools.product(("", "fr", "es", "none"), (0, micros(NOON), micros(NOON) + 1)):
        values = {**shared, "tradition": tradition, "waited": waited}
        order = partial(queue_order, tradition, waited, True, lambda _: 0)
        every = here.store.db.all("next_tasks", **values, kept=NEWCOMER_WINDOW_COUNT)
        few = here.store.db.all("next_tasks", **values, kept=1)
        assert len(few) == 6 < len(every)
        assert min(few, key=order)["id"] == min(every, key=order)["id"]


def test_a_write_after_a_lost_connection_is_told_and_the_next_one_goes_through(here: World) -> None:
    store = open_store(here.path, KEY, url=here.url)
    assert isinstance(store.db, PostgresqlDatabase)
    with suppress(Exception), store.together():
        with store.db.looking() as own, psycopg.connect(here.url, autocommit=True) as killer:
            killer.execute("SELECT pg_terminate_backend(%s)", [own.info.backend_pid])
        put(store, replace(person("ann"), languages=("fr",)), NOON)
        pytest.fail("nothing of it was kept")
    assert store.person_row("ann")["languages"] == "[]"
    store.put_transcriber(person("zoe"), NOON)
    store.close()


def test_a_submit_and_the_lease_after_it_wait_for_the_server_four_times(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(here, 200)
    statements, waits = list[str](), list[int]()
    send, wait = Wire.send, Wire.wait

    def counted(wire: Wire, sql: str, values: Sequence[object]) -> Answer:
        statements.append(sql)
        return send(wire, sql, values)

    def waited(wire: Wire) -> None:
        waits.extend([wire.waiting_count] if wire.waiting_count else [])
        wait(wire)

    for number in range(4):
        now = NOON + timedelta(seconds=number)
        with here.store.together():
            (task,) = here.store.lease("ann", 1, now)
            if number == 3:
                monkeypatch.setattr(Wire, "send", counted)
                monkeypatch.setattr(Wire, "wait", waited)
            with here.store.part():
                here.store.submit(task.id, "ann", sent("1", f"{number}"), now + timedelta(seconds=1))
                here.store.lease("ann", 1, now + timedelta(seconds=1))
            monkeypatch.undo()
    assert len(waits) == 4 + 1, "and one that takes the first number of a reading"
    assert len(statements) <= 22
