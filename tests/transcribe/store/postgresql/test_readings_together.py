"""Law: what many people do in one transaction is told and kept as if each had come alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.bench.bench_store import fill
from tests.examples import SOAK, examples
from tests.transcribe.store.postgresql.test_expected_readings import (
    expected,
    kinds,
    put_prices,
    take_in,
    tasks_of,
    together,
)
from tests.transcribe.store.world import NOON, World, world
from transcribe.store.facts import ExpectedReading

ONLY_ON = "postgresql"

What = Literal["keep", "fail", "give back", "sign out", "take back", "take back and keep"]
PEOPLE = ("ann", "ben", "cat")
NUMBERS = count()


@dataclass(frozen=True)
class Deed:
    """What somebody does to one of their three tasks, or to what `other` has, and whether a reading was expected."""

    what: What
    is_expected: bool
    who: str
    other: str
    task: int
    idem: str
    said: str


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[World]:
    """A world with work for many people, whose readings are paid."""
    with world(tmp_path) as made:
        fill(made, 24_000 if SOAK else 3_000)  # each example takes 18 tasks
        put_prices(made)
        yield made
        assert made.store.verify_audit().whole
        assert not made.store.forgeries()


def done(here: World, deeds: Sequence[Deed], *, alone: bool) -> tuple[list[str], object]:
    """What each is told, and what is kept, where all share a transaction or each has its own. By new people."""
    people = {who: f"{who}{next(NUMBERS)}" for who in PEOPLE}
    for who in people.values():
        take_in(here, who)
    tasks = {who: tasks_of(here, who, 3) for who in people.values()}
    deeds = [replace(deed, who=people[deed.who], other=people[deed.other]) for deed in deeds]
    jobs = [job_of(here, deed, tasks, place) for place, deed in enumerate(deeds)]
    told = [together(here, [job])[0] for job in jobs] if alone else together(here, jobs)
    rows = here.behind.execute(
        "SELECT p.handle, t.public_id, t.closed_at, x.text, r.late, r.seconds, r.at, l.micro, l.seconds FROM reading r"
        " JOIN task t ON t.id = r.task_id JOIN transcriber p ON p.id = r.transcriber_id"
        " JOIN reading_text x ON x.number = r.number LEFT JOIN ledger l ON l.reading = r.number ORDER BY r.number"
    ).fetchall()
    names = {name: who for who, name in people.items()}
    places = {task: place for each in tasks.values() for place, task in enumerate(each)}
    return kinds(told), [(names[who], places.get(task), *others) for who, task, *others in rows if who in names]


def job_of(
    here: World, deed: Deed, tasks: dict[str, list[str]], place: int
) -> tuple[Callable[[], object], ExpectedReading | None]:
    now = NOON + timedelta(seconds=3 * place + 20)  # their five seconds overlap
    own, others = tasks[deed.who][deed.task], tasks[deed.other][deed.task]
    keeping, reading = expected(here, deed.who, own, deed.idem, now, deed.said)

    def fail() -> None:
        keeping()
        here.store.db.run("put_notice", person=None, kind=None, field_id=None, now=None)  # not null

    def take_back_and_keep() -> object:
        here.store.undo(own, deed.who, now)
        return keeping()

    jobs: dict[What, Callable[[], object]] = {
        "keep": keeping,
        "fail": fail,
        "give back": partial(here.store.give_back, deed.other, now),
        "sign out": partial(here.store.end_sessions, deed.other, now),
        "take back": partial(here.store.undo, others, deed.other, now),
        "take back and keep": take_back_and_keep,
    }
    return jobs[deed.what], reading if deed.is_expected else None


DEEDS = st.builds(
    Deed,
    what=st.sampled_from(["keep"] * 5 + ["fail", "give back", "sign out", "take back", "take back and keep"]),
    is_expected=st.sampled_from([True, True, True, False]),
    who=st.sampled_from(PEOPLE),
    other=st.sampled_from(PEOPLE),
    task=st.integers(0, 2),
    idem=st.sampled_from("abc"),
    said=st.sampled_from("12"),
)


@examples(600 if SOAK else 200, HealthCheck.function_scoped_fixture)  # a tenth of it on PostgreSQL
@given(st.lists(DEEDS, min_size=2, max_size=12))
def test_whatever_is_done_together_is_told_and_kept_as_if_it_were_done_alone(busy: World, deeds: list[Deed]) -> None:
    assert done(busy, deeds, alone=False) == done(busy, deeds, alone=True)
