"""Many people at once, people who vanish and send twice, and processes that are killed: nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from tests.transcribe.store.world import KEY, NOON, World, field, form, person, sent, world
from transcribe.model import Column, FieldKey, Outcome, Table, Task
from transcribe.store.contract import Offer, Rate
from transcribe.store.drivers.writer import Writer
from transcribe.store.state_store import open_store

T = TypeVar("T")

TASKS = 2_000
PEOPLE = 40
VANISH = 0.1
TWICE = 0.2
EXPIRE = 0.01


class Clock:
    """A clock that the threads share; waiting for an expiry moves it instead of sleeping."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = NOON

    def tick(self, seconds: float) -> datetime:
        with self._lock:
            self._now += timedelta(seconds=seconds)
            return self._now


def open_many(here: World, count: int) -> None:
    """`count` open tasks, a hundred fields a scan."""
    table = Table(name="lines", columns=(Column(field=field("lines.x")),), rows=100)
    wide = form(field("number"), name="wide", tables=(table,))
    here.store.put_form(wide, "", NOON)
    with here.store.together():
        for number in range(count // 100):
            scan = here.scan(f"scan {number}", form=wide)
            tasks = [
                Task(scan=scan.id, key=FieldKey("lines.x", row), kind="read", reason="low confidence")
                for row in range(100)
            ]
            here.store.conclude(scan.id, here.up_to(scan), [], tasks, None, NOON)


@pytest.mark.parametrize("through_writer", [True, False], ids=["writer thread", "each its own transaction"])
def test_forty_people_who_vanish_and_send_twice_lose_nothing(tmp_path: Path, through_writer: bool) -> None:
    tasks = TASKS if through_writer else TASKS // 10
    with world(tmp_path, people=()) as here:
        here.store.put_rate(Rate(form="", micro=7, currency="EUR", since=NOON), NOON)
        for number in range(PEOPLE):
            here.store.put_transcriber(person(f"p{number}"), NOON)
        open_many(here, tasks)
        seen = play(here, through_writer)
        readings = [each for scan in here.store.scan_states() for each in here.store.readings(scan.scan.id)]
        mine = [each for each in readings if each.kind == "person"]
        assert here.store.open_tasks(Offer(), NOON + timedelta(days=365)) == 0
        assert {each.text for each in mine} == set(seen), "every reading that was acknowledged is there, and no other"
        assert len(mine) == len(seen), "none twice"
        assert len({each.task for each in mine}) == tasks, "each task was read"
        assert max(Counter((each.task, each.source) for each in mine).values()) == 1
        assert sum(seen[each.text or ""] == "late" for each in mine) > tasks * VANISH / 2, "late ones are kept"
        assert sum(line.micro for line in here.store.ledger()) == 7 * len(mine)


def play(here: World, through_writer: bool) -> dict[str, str]:
    """Everybody reads until the queue is empty; the text of each acknowledged reading and what it was."""
    writer = Writer(here.store) if through_writer else None
    clock, seen, faults = Clock(), dict[str, str](), list[BaseException]()

    def call(work: partial[T]) -> T:
        return work() if writer is None else writer.submit(work).result(120)

    def read(who: str, task: Task, dice: random.Random) -> None:
        text = f"{who} {task.id}"
        work: partial[Outcome] = partial(here.store.submit, task.id, who, sent(text, f"idem {task.id}"))
        seen[text] = call(partial(work, clock.tick(0.01))).kind
        if dice.random() < TWICE:
            assert call(partial(work, clock.tick(0.01))).kind == "again"

    def work_on(who: str, seed: int) -> None:
        dice, vanished = random.Random(seed), list[Task]()
        try:
            while tasks := call(partial(here.store.lease, who, 4, clock.tick(0.01), 60.0)):
                for task in tasks:
                    if dice.random() < VANISH:
                        vanished.append(task)
                    else:
                        read(who, task, dice)
                if dice.random() < EXPIRE:
                    clock.tick(61.0)  # everything held now expires
            clock.tick(61.0)
            for task in vanished:
                if f"{who} {task.id}" not in seen:
                    read(who, task, dice)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=work_on, args=(f"p{number}", number)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if writer is not None:
        writer.close()
    assert faults == []
    return seen


WRITE = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.transcribe.store.world import KEY, NOON, sent
from transcribe.store import open_store
from transcribe.store.drivers.writer import Writer
store = open_store(Path(sys.argv[1]), KEY)
writer, who, run = Writer(store), sys.argv[2], sys.argv[3]
number = 0
while tasks := writer.submit(lambda: store.lease(who, 8, NOON + timedelta(seconds=number))).result():
    sends = [
        (f"{who} {task.id} {run}", writer.submit(
            lambda task=task: store.submit(task.id, who, sent(f"{who} {task.id} {run}", f"{task.id} {run}"), NOON)))
        for task in tasks
    ]
    for text, done in sends:
        done.result()
        print(text, flush=True)
    number += 1
"""


def test_writers_killed_at_random_moments_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    dice = random.Random(1)
    with world(tmp_path, people=("ann", "ben")) as here:
        here.store.put_rate(Rate(form="", micro=7, currency="EUR", since=NOON), NOON)
        open_many(here, 3_000)
        path = here.store.db.path
    acknowledged: set[str] = set()
    for run in range(4):
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITE, str(path), who, str(run)],
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[3],
            )
            for who in ("ann", "ben")
        ]
        lines = [each.stdout.readline() for each in writers if each.stdout]
        time.sleep(dice.uniform(0.05, 0.6))
        for each in writers:
            os.kill(each.pid, signal.SIGKILL)
        told = "".join(lines) + "".join(each.communicate()[0] for each in writers)
        acknowledged |= {line for line in told.splitlines(keepends=True) if line.endswith("\n")}
    assert len(acknowledged) > 20
    store = open_store(path, KEY)
    readings = [
        each for state in store.scan_states() for each in store.readings(state.scan.id) if each.kind == "person"
    ]
    assert {line.strip() for line in acknowledged} <= {each.text for each in readings}
    assert len({each.text for each in readings}) == len(readings)
    assert {line.reading for line in store.ledger()} == {each.id for each in readings}
    assert sum(line.micro for line in store.ledger()) == 7 * len(readings)
    assert store.verify_audit().broken_at is None
    store.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
