"""The writer thread: results after the commit, failures alone, a bound on what waits."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial

import pytest

from tests.transcribe.store.world import NOON, World, person
from transcribe.errors import NotFound, StoreError
from transcribe.store.writer import Busy, Writer

PATIENCE = 120.0
"""Seconds that something may take which is a matter of milliseconds."""


def test_a_result_is_told_only_after_it_can_be_read_by_others(here: World) -> None:
    writer = Writer(here.store)
    writer.submit(lambda: here.store.put_transcriber(person("dora"), NOON)).result(PATIENCE)
    assert here.store.transcriber("dora").handle == "dora"
    writer.close()


def test_a_job_that_fails_fails_alone_in_its_batch(here: World) -> None:
    writer = Writer(here.store)
    gate = threading.Event()
    first = writer.submit(lambda: gate.wait(PATIENCE))

    def half() -> None:
        here.store.put_transcriber(person("half"), NOON)
        here.store.transcriber("nobody")

    good = [writer.submit(partial(here.store.put_transcriber, person(f"p{n}"), NOON)) for n in range(5)]
    bad = writer.submit(half)
    gate.set()
    assert first.result(PATIENCE)
    for each in good:
        each.result(PATIENCE)
    with pytest.raises(NotFound):
        bad.result(PATIENCE)
    handles = {each.handle for each in here.store.transcribers()}
    assert {"p0", "p4"} <= handles
    assert "half" not in handles
    writer.close()


def test_many_jobs_share_one_transaction(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    opened: list[str] = []
    together = here.store.together

    def counted() -> AbstractContextManager[None]:
        opened.append("a transaction")
        return together()

    monkeypatch.setattr(here.store, "together", counted)
    writer = Writer(here.store)

    def stand() -> None:
        gate.wait(PATIENCE)

    futures: list[Future[None]] = [writer.submit(stand)]
    futures += [writer.submit(partial(here.store.put_transcriber, person(f"p{n}"), NOON)) for n in range(60)]
    gate.set()
    for each in futures:
        each.result(PATIENCE)
    writer.close()
    assert len(opened) <= 2


def test_what_comes_while_others_write_shares_the_next_transaction(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    began, together = threading.Event(), here.store.together

    def counted() -> AbstractContextManager[None]:
        opened.append("a transaction")
        began.set()
        return together()

    monkeypatch.setattr(here.store, "together", counted)
    writer, other = Writer(here.store), here.open()
    with other.together():
        other.put_transcriber(person("elsewhere"), NOON)
        futures = [writer.submit(partial(here.store.put_transcriber, person("p0"), NOON))]
        assert began.wait(PATIENCE)
        futures += [writer.submit(partial(here.store.put_transcriber, person(f"p{n}"), NOON)) for n in range(1, 20)]
    for each in futures:
        each.result(PATIENCE)
    writer.close()
    other.close()
    assert len(opened) == 1


def test_where_no_transaction_can_begin_all_that_wait_are_told_at_once(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    began, gate = threading.Event(), threading.Event()

    def away() -> AbstractContextManager[None]:
        tried.append("a transaction")
        began.set()
        assert gate.wait(PATIENCE)
        raise StoreError("the database is away")

    monkeypatch.setattr(here.store, "together", away)
    writer = Writer(here.store)
    futures = [writer.submit(partial(here.store.put_transcriber, person("p0"), NOON))]
    assert began.wait(PATIENCE)
    futures += [writer.submit(partial(here.store.put_transcriber, person(f"p{n}"), NOON)) for n in range(1, 20)]
    gate.set()
    for each in futures:
        with pytest.raises(StoreError, match="away"):
            each.result(PATIENCE)
    writer.close()
    assert len(tried) == 1


def test_more_than_the_bound_is_refused_and_what_waits_is_written(here: World) -> None:
    writer = Writer(here.store, waiting=3)
    gate = threading.Event()
    started = threading.Event()

    def stand() -> None:
        started.set()
        gate.wait(PATIENCE)

    writer.submit(stand)
    assert started.wait(PATIENCE)
    kept = [writer.submit(partial(here.store.put_transcriber, person(f"p{n}"), NOON)) for n in range(3)]
    with pytest.raises(Busy):
        writer.submit(lambda: None)
    gate.set()
    writer.close()
    assert all(each.done() for each in kept)
    assert here.store.transcriber("p2").handle == "p2"
    with pytest.raises(StoreError):
        writer.submit(lambda: None)


def test_it_can_be_awaited(here: World) -> None:
    writer = Writer(here.store)

    async def both() -> list[str]:
        return list(await asyncio.gather(writer.write(lambda: "one"), writer.write(lambda: "two")))

    # In a thread of its own: a browser's test before this one may have left its event loop running in ours.
    with ThreadPoolExecutor(1) as apart:
        assert apart.submit(asyncio.run, both()).result() == ["one", "two"]
    writer.close()


def test_short_jobs_are_done_in_the_loop_within_the_writers_transaction(here: World) -> None:
    writer = Writer(here.store)

    def put(name: str) -> tuple[int, bool]:
        here.store.put_transcriber(person(name), NOON)
        return threading.get_ident(), here.behind.in_transaction

    async def several() -> tuple[int, list[tuple[int, bool] | BaseException]]:
        def bad() -> tuple[int, bool]:
            put("half")
            raise NotFound("no")

        jobs = [writer.write(partial(put, f"p{n}"), in_event_loop=True) for n in range(5)]
        told = await asyncio.gather(*jobs, writer.write(bad, in_event_loop=True), return_exceptions=True)
        assert not here.behind.in_transaction  # its own connection is its own again
        return threading.get_ident(), told

    with ThreadPoolExecutor(1) as apart:
        loop, told = apart.submit(asyncio.run, several()).result()
    assert told[:5] == [(loop, True)] * 5
    assert isinstance(told[5], NotFound)
    assert {each.handle for each in here.store.transcribers()} >= {f"p{n}" for n in range(5)}
    assert "half" not in {each.handle for each in here.store.transcribers()}
    writer.close()


def test_what_an_ended_loop_was_to_do_is_kept_all_the_same(here: World) -> None:
    writer = Writer(here.store)
    gate = threading.Event()
    writer.submit(lambda: gate.wait(PATIENCE))

    async def leave() -> None:
        work = writer.write(partial(here.store.put_transcriber, person("late"), NOON), in_event_loop=True)
        asyncio.get_running_loop().create_task(work)
        await asyncio.sleep(0)  # it is handed to the writer, and this loop ends before the writer comes to it

    def run() -> None:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(leave())  # it is not closed, and runs no more

    with ThreadPoolExecutor(1) as apart:
        apart.submit(run).result()
    gate.set()
    writer.close()
    assert here.store.transcriber("late").handle == "late"
