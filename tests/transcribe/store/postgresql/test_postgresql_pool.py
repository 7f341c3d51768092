"""Connections to PostgreSQL: shared, cut, and lost with their server."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.patience import PATIENCE
from tests.postgres import server
from tests.transcribe.store.test_load import open_many
from tests.transcribe.store.world import KEY, NOON, World, person, sent
from transcribe.errors import StoreError
from transcribe.store.facts import Rate
from transcribe.store.postgresql import postgresql_pool
from transcribe.store.postgresql.postgresql_pool import CONNECT_SECONDS, MAX_CONNECTIONS_COUNT
from transcribe.store.state_store import Store, open_store
from transcribe.store.writer import Writer

ONLY_ON = "postgresql"


def test_more_threads_than_connections_all_get_their_turn(here: World) -> None:
    with ThreadPoolExecutor(4 * MAX_CONNECTIONS_COUNT) as many:
        told = list(many.map(lambda _: here.store.transcribers(), range(20 * MAX_CONNECTIONS_COUNT)))
    assert told == [here.store.transcribers()] * len(told)
    in_use = """SELECT COUNT(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'fairhand'"""
    assert here.behind.execute(in_use).fetchone()[0] <= MAX_CONNECTIONS_COUNT + 1


@pytest.mark.promise("Where no answer comes within")
def test_who_must_not_wait_is_told_at_once_that_the_server_is_away(tmp_path: Path) -> None:
    with server() as database:
        store = open_store(tmp_path / "state.db", KEY, url=database.address)
        try:
            with store.hurried():
                assert store.transcribers() == []
            database.stop()
            begun = time.monotonic()
            for _ in range(5):
                with pytest.raises(StoreError), store.hurried():
                    store.transcribers()
            assert time.monotonic() - begun < CONNECT_SECONDS, "as long as one of them that waits"
            database.start()
            assert store.transcribers() == [], "whoever waits has the next connection"
            with store.hurried():
                assert store.transcribers() == []
        finally:
            store.close()


MANY = 6_000
"""More open tasks than one person reads while a test of a few seconds lasts."""

CUT = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'fairhand'"
"""Ends every connection and waits for up to 10 s until each is: one that ended later was lost at the second try too."""


def test_after_connections_were_cut_the_next_read_and_the_next_write_go_through(here: World) -> None:
    before = here.store.transcribers()
    with psycopg.connect(here.url, autocommit=True) as killer:
        killer.execute(CUT)
        assert here.store.transcribers() == before
        killer.execute(CUT)
        here.store.put_transcriber(person("zoe"), NOON)
        killer.execute(CUT)
        with here.store.db.snapshot():
            assert len(here.store.transcribers()) == len(before) + 1


def test_a_read_that_was_stopped_for_its_time_is_tried_once_more(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = here.store.transcribers()
    address = make_conninfo(here.url, options="-c statement_timeout=400ms")
    store = open_store(here.path, KEY, url=address)
    pool = store.db._pool  # type: ignore[attr-defined]  # of PostgreSQL alone
    with psycopg.connect(here.url) as holder:
        holder.execute("LOCK TABLE transcriber IN ACCESS EXCLUSIVE MODE")
        monkeypatch.setattr(pool, "count_anew", holder.rollback)  # as soon as the first try was stopped
        assert store.transcribers() == before
        monkeypatch.setattr(pool, "count_anew", lambda: None)
        holder.execute("LOCK TABLE transcriber IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreError, match="try again"):
            store.transcribers()
    store.close()


def test_rows_of_a_table_that_is_taken_for_empty_are_counted_anew_where_a_statement_was_stopped(here: World) -> None:
    """A plan from such a count read all readings again for each field: 30 s, and again at the next try."""
    open_many(here, 100)
    taken_for_empty = (
        "UPDATE pg_class SET reltuples = 0, relpages = 9 WHERE oid IN ('task'::regclass, 'field'::regclass)"
    )
    counted = "SELECT MIN(reltuples) FROM pg_class WHERE oid IN ('task'::regclass, 'field'::regclass)"
    store = open_store(here.path, KEY, url=make_conninfo(here.url, options="-c statement_timeout=400ms"))
    with psycopg.connect(here.url, autocommit=True) as server_, psycopg.connect(here.url) as holder:
        server_.execute(taken_for_empty)
        holder.execute("LOCK TABLE transcriber IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreError, match="try again"):
            store.transcribers()
        assert server_.execute(counted).fetchone() == (100.0,)
        server_.execute(taken_for_empty)
        with pytest.raises(StoreError, match="try again"), store.db.snapshot():
            store.transcribers()
        assert server_.execute(counted).fetchone() == (100.0,)
    store.close()


def test_a_connection_that_was_left_within_a_pipeline_is_replaced(here: World) -> None:
    pool = here.store.db._pool  # type: ignore[attr-defined]  # of PostgreSQL alone
    before = here.store.transcribers()
    for _ in range(MAX_CONNECTIONS_COUNT):
        connection = pool.take()
        connection.pgconn.enter_pipeline_mode()
        pool.give_back(connection)
    assert here.store.transcribers() == before


def test_plans_are_made_anew_as_a_connection_grows_old(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that was made while a table was empty is not used for long: its connection is replaced."""
    monkeypatch.setattr(postgresql_pool, "PLANS_SECONDS", 0.2)
    store = open_store(here.path, KEY, url=here.url)

    def backend() -> int:
        with store.together(), store.db.looking() as own:  # type: ignore[attr-defined]  # of PostgreSQL alone
            return int(own.info.backend_pid)

    first, until = backend(), time.monotonic() + PATIENCE
    while backend() == first:
        assert time.monotonic() < until
        time.sleep(0.05)
    store.close()


def work(store: Store, until: threading.Event) -> set[str]:
    """What a person was told is kept, sending through a writer until the event, whatever becomes of the server."""
    writer, kept = Writer(store), set[str]()
    while not until.is_set():
        try:
            for task in writer.submit(lambda: store.lease("ann", 4, NOON)).result():
                text = f"ann {task.id}"
                writer.submit(partial(store.submit, task.id, "ann", sent(text, task.id), NOON)).result()
                kept.add(text)
        except StoreError:
            time.sleep(0.02)
    writer.close()
    return kept


def is_exact(store: Store, kept: set[str]) -> bool:
    """Whether all that was told to be kept is there, once, and paid once."""
    readings = [
        each for state in store.scan_states() for each in store.readings(state.scan.id) if each.kind == "person"
    ]
    texts = [each.text for each in readings]
    paid = [line.reading for line in store.ledger()]
    return (
        kept <= set(texts)
        and len(set(texts)) == len(texts)
        and sorted(paid, key=str) == sorted((each.id for each in readings), key=str)
    )


@pytest.mark.soak
def test_connections_that_are_cut_again_and_again_lose_nothing_that_was_acknowledged(here: World) -> None:
    here.store.put_rate(Rate(form="", micro=7, currency="EUR", since=NOON), NOON)
    open_many(here, MANY)
    ended = threading.Event()
    with ThreadPoolExecutor(1) as apart, psycopg.connect(here.url, autocommit=True) as killer:
        told = apart.submit(work, here.store, ended)
        try:
            for _ in range(12):
                time.sleep(0.15)
                killer.execute(CUT)
            time.sleep(0.3)
            before = len(here.store.ledger())
            until = time.monotonic() + PATIENCE
            while len(here.store.ledger()) <= before and time.monotonic() < until:
                time.sleep(0.05)
            assert len(here.store.ledger()) > before, "it goes on afterwards"
        finally:
            ended.set()
        kept = told.result()
    assert kept
    assert is_exact(here.store, kept)
    assert here.store.verify_audit().whole


@pytest.mark.promise("it may or may")
def test_a_server_that_is_lost_and_comes_back_has_all_that_was_acknowledged(tmp_path: Path) -> None:
    with server() as lost:
        store = open_store(tmp_path / "state.db", KEY, url=lost.address)
        made = World.of(store, tmp_path / "state.db", lost.address)
        store.put_rate(Rate(form="", micro=7, currency="EUR", since=NOON), NOON)
        store.put_transcriber(person("ann"), NOON)
        open_many(made, MANY)
        ended = threading.Event()
        with ThreadPoolExecutor(1) as apart:
            told = apart.submit(work, store, ended)
            try:
                time.sleep(0.5)
                lost.stop()
                with pytest.raises(StoreError, match="FAIRHAND_STATE"):
                    store.transcribers()
                lost.start()
                back = time.monotonic()
                before = len(store.ledger())
                while len(store.ledger()) <= before and time.monotonic() < back + PATIENCE:
                    time.sleep(0.05)
                assert len(store.ledger()) > before, "it goes on afterwards"
            finally:
                ended.set()
            kept = told.result()
        assert kept
        assert is_exact(store, kept)
        assert store.verify_audit().whole
        store.close()
