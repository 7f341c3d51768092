"""A server that stands still: nobody waits for it for ever, and one that is slow is waited for."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest

from tests.patience import PATIENCE
from tests.postgres import Server, server
from tests.transcribe.store.world import KEY, NOON, World, person, world
from transcribe.errors import StoreError
from transcribe.store.postgresql import postgresql_silence
from transcribe.store.postgresql.postgresql_schema import WRITE_LOCK
from transcribe.store.postgresql.postgresql_silence import HURRIED_SILENCE_SECONDS, LOOK_SECONDS, SILENCE_SECONDS
from transcribe.store.state_store import Store, open_store
from transcribe.store.writer import Writer

ONLY_ON = "postgresql"

BOUND_SECONDS = SILENCE_SECONDS + LOOK_SECONDS + 10
"""So long a statement on a server that stands still may take, with a moment for the machine."""


@pytest.fixture
def database() -> Iterator[Server]:
    with server() as made:
        yield made
        made.go_on()


@pytest.fixture
def store(database: Server, tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "state.db", KEY, url=database.address)) as made:
        made.put_transcriber(person("zoe"), NOON)
        yield made


def seconds_until_refused(store: Store, *, writes: bool = False) -> float:
    begun = time.monotonic()
    with pytest.raises(StoreError):
        store.put_transcriber(person("mina"), NOON) if writes else store.transcribers()
    return time.monotonic() - begun


@pytest.mark.promise("Where no answer comes within")
def test_a_server_that_stands_still_is_given_up_by_who_reads_and_who_writes_and_comes_back(
    database: Server, store: Store
) -> None:
    with closing(Writer(store)) as writer:
        database.stand_still()
        begun = time.monotonic()
        jobs = [writer.submit(lambda: store.put_transcriber(person("mina"), NOON)) for _ in range(20)]
        assert seconds_until_refused(store) < BOUND_SECONDS
        for each in jobs:
            with pytest.raises(StoreError):
                each.result(2 * BOUND_SECONDS)
        assert time.monotonic() - begun < 2 * BOUND_SECONDS
    known = max(seconds_until_refused(store, writes=each) for each in (False, True))
    assert known < SILENCE_SECONDS, "it is known by now"
    database.go_on()
    end = time.monotonic() + 10 * PATIENCE
    while time.monotonic() < end:
        try:
            store.put_transcriber(person("noor"), NOON)
            break
        except StoreError:
            time.sleep(0.1)
    assert [each.handle for each in store.transcribers()] == ["noor", "zoe"]


@pytest.fixture
def frozen() -> Iterator[list[int]]:
    """Processes of the server that were stopped; they go on at the end."""
    stopped: list[int] = []
    yield stopped
    for each in stopped:
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGCONT)


def freeze(database: Server, frozen: list[int]) -> None:
    """Stop each process of the server that works for a store; the server answers others."""
    with psycopg.connect(database.address) as connection:
        asked = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        frozen += [pid for (pid,) in connection.execute(asked)]
    assert frozen
    for each in frozen:
        os.kill(each, signal.SIGSTOP)


@pytest.mark.promise("- Where one process")
def test_a_process_of_the_server_that_stands_still_is_given_up_for_another(
    database: Server, store: Store, frozen: list[int]
) -> None:
    with ThreadPoolExecutor(4) as readers:  # several connections are free then, and all of them stand still
        list(readers.map(lambda _: store.transcribers(), range(40)))
    freeze(database, frozen)
    took = []
    for work in (store.transcribers, lambda: store.put_transcriber(person("noor"), NOON)):
        begun = time.monotonic()
        work()
        took.append(time.monotonic() - begun)
    assert max(took) > SILENCE_SECONDS, "one of them had such a process"
    assert max(took) < BOUND_SECONDS
    begun = time.monotonic()
    store.put_transcriber(person("mina"), NOON)
    assert [each.handle for each in store.transcribers()] == ["mina", "noor", "zoe"]
    assert time.monotonic() - begun < SILENCE_SECONDS, "it is not asked again"


@pytest.mark.soak
def test_what_was_asked_of_a_process_that_stands_still_is_done_once_or_told(
    database: Server, store: Store, frozen: list[int]
) -> None:
    begun = []

    def work() -> None:
        with store.together():
            store.put_transcriber(person("mina"), NOON)
            store.transcribers()
            freeze(database, frozen)
            begun.append(time.monotonic())
            store.put_transcriber(person("noor"), NOON)
            store.transcribers()

    with pytest.raises(StoreError):
        work()
    assert time.monotonic() - begun[0] < BOUND_SECONDS
    for each in frozen:
        os.kill(each, signal.SIGCONT)
    store.put_transcriber(person("noor"), NOON)
    assert [each.handle for each in store.transcribers()] == ["noor", "zoe"], "what was told to have failed is undone"
    assert store.verify_audit().whole


def test_a_process_that_waits_for_a_lock_does_not_stand_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_silence, "SILENCE_SECONDS", 0.1)
    monkeypatch.setattr(postgresql_silence, "STILL_SECONDS", 0)
    with world(tmp_path) as here:
        before = here.store.transcribers()
        holder = psycopg.connect(here.url)
        holder.execute("SELECT pg_advisory_xact_lock(%s)", [WRITE_LOCK])
        threading.Timer(2.0, holder.close).start()
        here.store.put_transcriber(person("mina"), NOON)
        assert len(here.store.transcribers()) == len(before) + 1


@pytest.mark.promise("Where no answer comes within")
def test_who_must_not_wait_does_not_wait_for_a_server_that_stands_still(database: Server, store: Store) -> None:
    database.stand_still()
    begun = time.monotonic()
    for _ in range(20):
        with store.hurried():
            seconds_until_refused(store)
    assert time.monotonic() - begun < 20 * HURRIED_SILENCE_SECONDS, "one waits a moment, the others do not"


def test_a_statement_that_takes_long_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_silence, "SILENCE_SECONDS", 0.1)
    monkeypatch.setattr(postgresql_silence, "HURRIED_SILENCE_SECONDS", 0.05)
    with world(tmp_path) as here:
        before = _locked_for_a_while(here)
        assert here.store.transcribers() == before


def _locked_for_a_while(here: World) -> object:
    before = here.store.transcribers()
    holder = psycopg.connect(here.url)
    holder.execute("LOCK TABLE transcriber IN ACCESS EXCLUSIVE MODE")
    threading.Timer(1.0, holder.close).start()
    return before
