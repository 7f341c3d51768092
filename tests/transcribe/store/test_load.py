"""Many people at once, people who vanish and send twice, and processes that are killed: nothing lost, nothing twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from tests.transcribe.store import databases
from tests.transcribe.store.world import NOON, World, field, form, person, sent, world
from transcribe.model import Column, FieldKey, Outcome, Table, Task
from transcribe.store.drivers.state_file import StateFile
from transcribe.store.facts import Offer, Rate
from transcribe.store.writer import Writer

T = TypeVar("T")

TASKS = 2_000
PEOPLE = 40
SLOWER = 4
"""So many times fewer tasks where each statement goes to a server."""
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


LONG = [pytest.mark.soak, pytest.mark.timeout(3600)]


@pytest.mark.parametrize(
    ("through_writer", "tasks"),
    [
        pytest.param(True, TASKS, id="writer thread"),
        pytest.param(False, TASKS // 5, id="each its own transaction"),
        pytest.param(True, 20 * TASKS, id="writer thread, long", marks=LONG),
        pytest.param(False, 2 * TASKS, id="each its own transaction, long", marks=LONG),
    ],
)
def test_forty_people_who_vanish_and_send_twice_lose_nothing(tmp_path: Path, through_writer: bool, tasks: int) -> None:
    if databases.kind() == "postgresql":
        tasks //= SLOWER
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
    everybody = threading.Barrier(PEOPLE)  # so that nobody is through before the last has begun

    def call(work: partial[T]) -> T:
        return work() if writer is None else writer.submit(work).result()

    def read(who: str, task: Task, dice: random.Random) -> None:
        text = f"{who} {task.id}"
        work: partial[Outcome] = partial(here.store.submit, task.id, who, sent(text, f"idem {task.id}"))
        seen[text] = call(partial(work, clock.tick(0.01))).kind
        if dice.random() < TWICE:
            assert call(partial(work, clock.tick(0.01))).kind == "again"

    def work_on(who: str, seed: int) -> None:
        dice, vanished = random.Random(seed), list[Task]()
        everybody.wait()
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
import os, signal, sys
from datetime import timedelta
from pathlib import Path
from tests.transcribe.store import databases
from tests.transcribe.store.world import KEY, NOON, sent
from transcribe.store import open_store
from transcribe.store.drivers.state_file import StateFile
from transcribe.store.writer import Writer
url = sys.argv[5]
store = open_store(Path(sys.argv[1]), KEY, url=url)
who, run, last = sys.argv[2], sys.argv[3], int(sys.argv[4])
writer, statements = Writer(store), 0

def count(in_transaction):
    global statements
    statements += in_transaction
    if statements == last:
        os.kill(os.getpid(), signal.SIGKILL)

def killing(connection):
    connection.set_trace_callback(lambda statement: count(connection.in_transaction))

def killing_on_a_server(database):
    from transcribe.store.postgresql.postgresql_wire import Wire
    send = Wire.send
    def counted(wire, sql, values):
        count(database._own() is not None)
        return send(wire, sql, values)
    Wire.send = counted

if last and url:
    killing_on_a_server(store.db)
elif last:
    writer.submit(lambda: killing(store.db.connection)).result()  # each thread has a connection of its own
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

MOST_TOLD = 4096
"""Bytes that a writer can say before it is listened to: it waits then, and never reads all there is to be read."""
MOST_LINES = 100
MOST_STATEMENTS = 1_000
TASKS_OF_A_RUN = 700
"""More than two writers read before they are killed: what we hear, what stands in their pipes, what is on its way."""


def writing(here: World, who: str, run: int, last_statement: int = 0) -> subprocess.Popen[str]:
    """A process that reads as this person; killed by itself at so many statements within transactions, if any."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, str(here.path), who, str(run), str(last_statement), here.url],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        pipesize=MOST_TOLD,
    )


def killed(here: World, run: int, dice: random.Random) -> set[str]:
    """What two writers told before they were killed: one by us, a moment after so many lines, and one by itself in the
    middle of a transaction. They take turns."""
    by_us, by_itself = ("ann", "ben") if run % 2 else ("ben", "ann")
    heard = writing(here, by_us, run)
    other = writing(here, by_itself, run, last_statement=dice.randint(1, MOST_STATEMENTS))
    assert heard.stdout is not None
    with ThreadPoolExecutor(1) as apart:
        rest = apart.submit(other.communicate)
        try:
            lines = [heard.stdout.readline() for _ in range(dice.randint(1, MOST_LINES))]
            time.sleep(dice.uniform(0.0, 0.02))
        finally:
            heard.kill()
        told = "".join(lines) + heard.communicate()[0], rest.result()[0]
    assert all(lines), "it goes on until it is killed"
    assert (heard.returncode, other.returncode) == (-signal.SIGKILL, -signal.SIGKILL)
    whole = [
        line for each in told for line in each.splitlines(keepends=True) if line.endswith("\n")
    ]  # not one cut short
    return {line.strip() for line in whole}


@pytest.mark.parametrize("runs", [4, pytest.param(60, marks=LONG)])
def test_writers_killed_at_random_moments_lose_nothing_that_was_acknowledged(tmp_path: Path, runs: int) -> None:
    if databases.kind() == "postgresql":
        runs //= 2
    dice = random.Random(runs)
    with world(tmp_path, people=("ann", "ben")) as here:
        here.store.put_rate(Rate(form="", micro=7, currency="EUR", since=NOON), NOON)
        open_many(here, TASKS_OF_A_RUN * runs)
        here.store.close()
        acknowledged: set[str] = set()
        for run in range(runs):
            acknowledged |= killed(here, run, dice)
        store = here.open()
        readings = [
            each for state in store.scan_states() for each in store.readings(state.scan.id) if each.kind == "person"
        ]
        assert acknowledged <= {each.text for each in readings}
        assert len({each.text for each in readings}) == len(readings)
        assert {line.reading for line in store.ledger()} == {each.id for each in readings}
        assert sum(line.micro for line in store.ledger()) == 7 * len(readings)
        assert store.verify_audit().whole
        store.close()
        if not here.url:
            assert StateFile(here.path).damage() == []
