"""Readings that are kept together are kept as if each came alone, and nobody waits between them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.bench.bench_store import fill
from tests.transcribe.store.world import NOON, World, person, put, sent, world
from transcribe.model import Outcome
from transcribe.store.facts import ExpectedReading, Floor, Rate
from transcribe.store.postgresql.postgresql_wire import Answer, Wire
from transcribe.store.writer import Writer

ONLY_ON = "postgresql"

IDLE_SECONDS = 8 * 3600.0


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        fill(made, 200)
        for who in ("ann", "ben"):
            take_in(made, who)
        yield made


def take_in(here: World, who: str) -> None:
    """Have a person there who is paid by the reading and signed in."""
    put(here.store, replace(person(who), engagement="by reading"), NOON)
    here.store.put_session(who, session_of(who), "token", NOON + timedelta(days=1), NOON)


@dataclass
class Wires:
    """How often a thread waited for the server, and what it sent."""

    waits: list[int] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)


@pytest.fixture
def wires(monkeypatch: pytest.MonkeyPatch) -> Wires:
    counted, send, wait = Wires(), Wire.send, Wire.wait

    def sent_one(wire: Wire, sql: str, values: Sequence[object]) -> Answer:
        counted.statements.append(sql)
        return send(wire, sql, values)

    def waited(wire: Wire) -> None:
        counted.waits.extend([wire.waiting_count] if wire.waiting_count else [])
        wait(wire)

    monkeypatch.setattr(Wire, "send", sent_one)
    monkeypatch.setattr(Wire, "wait", waited)
    return counted


def session_of(who: str) -> str:
    return f"hash of the session of {who}"


def public(here: World, who: str) -> str:
    return str(here.store.person_row(who)["public_id"])


def keep(here: World, who: str, task: str, idem: str, now: datetime, said: str = "1") -> Outcome | None:
    """As the pages keep a reading: the session is looked up first. None where it has ended."""
    found = here.store.session(session_of(who), now, IDLE_SECONDS)
    return here.store.submit(task, found[0].id, sent(said, idem), now) if found else None


Told = list[Outcome | Exception | None]


def together(here: World, jobs: Sequence[tuple[Callable[[], object], ExpectedReading | None]]) -> Told:
    """Jobs in one transaction of a writer. What each gives, or its error."""
    begun, queued = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        assert queued.wait(30)

    writer = Writer(here.store)
    writer.submit(wait)
    assert begun.wait(30)
    futures = [writer.submit(job, reading=reading) for job, reading in jobs]
    queued.set()
    writer.close()
    return [each.exception() or each.result() for each in futures]  # type: ignore[misc]  # as the jobs give it


def expected(
    here: World, who: str, task: str, idem: str, now: datetime, said: str = "1"
) -> tuple[Callable[[], object], ExpectedReading]:
    """A reading that is told of before."""
    reading = ExpectedReading(session_of(who), task, public(here, who), idem)
    return partial(keep, here, who, task, idem, now, said), reading


def tasks_of(here: World, who: str, count: int) -> list[str]:
    """Tasks of a person who has sent a reading before."""
    first, *others = here.store.lease(who, count + 1, NOON)
    here.store.submit(first.id, public(here, who), sent("1", f"first of {who}"), NOON + timedelta(seconds=1))
    return [each.id for each in others]


def kinds(told: Told) -> list[str]:
    return [each.kind if isinstance(each, Outcome) else type(each).__name__ for each in told]


def put_prices(here: World) -> None:
    since = NOON - timedelta(days=1)
    here.store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=since), NOON)
    here.store.put_floor(Floor(micro=10_000_000, currency="EUR", source="made up", since=since), NOON)


def test_readings_of_many_people_cost_no_wait_each(here: World, wires: Wires) -> None:
    put_prices(here)
    people = [f"person{number}" for number in range(16)]
    for who in people:
        take_in(here, who)
    jobs = [expected(here, who, tasks_of(here, who, 1)[0], who, NOON + timedelta(seconds=20)) for who in people]
    wires.waits.clear()
    wires.statements.clear()
    assert kinds(together(here, jobs)) == ["kept"] * 16
    assert len(wires.waits) <= 10, "of an empty transaction before, of beginning, prices, the seal and the commit"
    assert sum("FROM rate" in each for each in wires.statements) == 1, "asked once a transaction"
    asked = sum("FROM task_seen" in each for each in wires.statements)
    assert asked == 16, "what one wrote leaves what was read for the others"
    assert here.store.verify_audit().whole
    assert not here.store.forgeries()


def test_readings_of_one_person_follow_each_other(here: World, wires: Wires) -> None:
    put_prices(here)
    tasks = tasks_of(here, "ann", 8)
    jobs = [
        expected(here, "ann", task, task, NOON + timedelta(seconds=20 * number + 20))
        for number, task in enumerate(tasks)
    ]
    wires.statements.clear()
    assert kinds(together(here, jobs)) == ["kept"] * 8
    assert sum(each == "SAVEPOINT several" for each in wires.statements) == 8


def test_what_is_expected_is_seen_as_the_one_before_left_it(here: World) -> None:
    """The same reading again, another one of the same task, and the same person's clock."""
    task, other = tasks_of(here, "ann", 2)
    at = [NOON + timedelta(seconds=second) for second in range(3, 8)]
    told = together(
        here,
        [
            expected(here, "ann", task, "a", at[0]),
            expected(here, "ann", task, "a", at[1]),
            expected(here, "ann", task, "b", at[2], "2"),
            expected(here, "ann", other, "c", at[3]),
        ],
    )
    assert kinds(told) == ["kept", "again", "kept", "kept"]
    assert sum(line.seconds for line in here.store.ledger()) <= 6.0, "no second is paid twice"
    assert here.store.verify_audit().whole


def test_a_session_that_the_one_before_ended_is_ended(here: World) -> None:
    (task,) = tasks_of(here, "ann", 1)
    now = NOON + timedelta(seconds=3)
    ending = partial(here.store.end_sessions, "ann", now)
    coming = expected(here, "ann", task, "a", now)
    assert together(here, [(ending, None), coming])[1] is None


def test_what_was_read_for_one_that_wrote_something_else_is_read_again(here: World) -> None:
    (task,) = tasks_of(here, "ann", 1)
    now = NOON + timedelta(seconds=3)
    coming = expected(here, "ann", task, "a", now)
    assert together(here, [(partial(here.store.end_sessions, "ann", now), coming[1]), coming])[1] is None


def test_a_task_that_the_one_before_gave_to_somebody_else_is_late(here: World) -> None:
    (task,) = tasks_of(here, "ann", 1)
    now = NOON + timedelta(seconds=3)

    def elsewhere() -> None:
        here.store.give_back("ann", now)

    told = together(here, [(elsewhere, None), expected(here, "ann", task, "a", now)])
    assert kinds(told)[1] == "late"


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_one_that_fails_takes_nothing_of_the_others(here: World, failing: int) -> None:
    tasks = tasks_of(here, "ann", 3)

    def fails() -> None:
        keep(here, "ann", tasks[failing], "x", NOON + timedelta(seconds=3))
        here.store.db.run(
            "put_ledger",
            **dict.fromkeys(
                ("person", "kind", "micro", "currency", "seconds", "now", "reading", "task_id", "reference")
            ),
        )  # not null

    jobs = [expected(here, "ann", task, task, NOON + timedelta(seconds=3)) for task in tasks]
    jobs[failing] = fails, jobs[failing][1]
    told = together(here, jobs)
    assert [isinstance(each, Outcome) for each in told] == [number != failing for number in range(3)]
    assert len(here.store.ledger()) == 1 + 2
    assert not here.store.forgeries()


def test_what_is_expected_and_does_not_come_changes_nothing(here: World) -> None:
    tasks = tasks_of(here, "ann", 2)
    _, say = expected(here, "ann", "no such task", "y", NOON)
    job, _ = expected(here, "ann", tasks[1], "z", NOON + timedelta(seconds=3))
    assert kinds(together(here, [(job, say), (lambda: None, say)])) == ["kept", "NoneType"]
