"""The writer thread: results after the commit, failures alone, a bound on what waits."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.transcribe.store.world import NOON, person, world
from transcribe.errors import NotFound, StoreError
from transcribe.store.writer import Busy, Writer


def test_a_result_is_told_only_after_it_can_be_read_by_others(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        writer = Writer(here.store)
        writer.submit(lambda: here.store.put_transcriber(person("dora"), NOON)).result(10)
        assert here.store.transcriber("dora").handle == "dora"
        writer.close()


def test_a_job_that_fails_fails_alone_in_its_batch(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        writer = Writer(here.store)
        gate = threading.Event()
        first = writer.submit(lambda: gate.wait(10))

        def half() -> None:
            here.store.put_transcriber(person("half"), NOON)
            here.store.transcriber("nobody")

        good = [writer.submit(partial(here.store.put_transcriber, person(f"p{n}"), NOON)) for n in range(5)]
        bad = writer.submit(half)
        gate.set()
        assert first.result(10)
        for each in good:
            each.result(10)
        with pytest.raises(NotFound):
            bad.result(10)
        handles = {each.handle for each in here.store.transcribers()}
        assert {"p0", "p4"} <= handles
        assert "half" not in handles
        writer.close()


def test_many_jobs_share_one_transaction(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        writer = Writer(here.store)
        gate = threading.Event()
        opened: list[str] = []

        def watch() -> None:
            here.store.db.connection.set_trace_callback(lambda text: opened.append(text) if "BEGIN" in text else None)
            gate.wait(10)

        futures: list[Future[None]] = [writer.submit(watch)]
        futures += [writer.submit(partial(here.store.put_transcriber, person(f"p{n}"), NOON)) for n in range(60)]
        gate.set()
        for each in futures:
            each.result(10)
        writer.close()
        assert len(opened) <= 2


def test_more_than_the_bound_is_refused_and_what_waits_is_written(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        writer = Writer(here.store, waiting=3)
        gate = threading.Event()
        started = threading.Event()

        def stand() -> None:
            started.set()
            gate.wait(10)

        writer.submit(stand)
        assert started.wait(10)
        kept = [writer.submit(partial(here.store.put_transcriber, person(f"p{n}"), NOON)) for n in range(3)]
        with pytest.raises(Busy):
            writer.submit(lambda: None)
        gate.set()
        writer.close()
        assert all(each.done() for each in kept)
        assert here.store.transcriber("p2").handle == "p2"
        with pytest.raises(StoreError):
            writer.submit(lambda: None)


def test_it_can_be_awaited(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        writer = Writer(here.store)

        async def both() -> list[str]:
            return list(await asyncio.gather(writer.write(lambda: "one"), writer.write(lambda: "two")))

        # In a thread of its own: a browser's test before this one may have left its event loop running in ours.
        with ThreadPoolExecutor(1) as apart:
            assert apart.submit(asyncio.run, both()).result() == ["one", "two"]
        writer.close()
