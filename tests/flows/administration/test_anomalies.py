"""Questions before money leaves: with figures where something is odd, none where work was honest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.administration import anomalies
from flows.home import Home
from tests.transcribe.store.world import NOON, World, after, sent, sqlite_of, world
from transcribe.store import Floor, Rate


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=NOON), NOON)
        yield made


def asked(here: World) -> list[str]:
    home: Any = SimpleNamespace(store=here.store, settings=SimpleNamespace(paid_waiting_minutes=60.0))
    return [each.kind for each in anomalies(cast(Home, home))]


def read(here: World, count: int, seconds: float, apart: float) -> datetime:
    for number in range(count):
        here.ask(here.scan(f"s{number:02}"), "number")
    now = NOON
    for number, task in enumerate(here.store.lease("ann", count, NOON)):
        now = after((number + 1) * apart)
        here.store.submit(task.id, "ann", sent("x", f"i{number}", seconds), now)
    return now


@pytest.mark.promise("`pay check` and `pay")
def test_honest_work_raises_no_question(here: World) -> None:
    read(here, 25, 2.0, 2.5)
    assert asked(here) == []


def test_an_afternoon_that_comes_at_once_raises_none(here: World) -> None:
    for number in range(25):
        here.ask(here.scan(f"s{number:02}"), "number")
    for number, task in enumerate(here.store.lease("ann", 25, NOON)):
        here.store.submit(task.id, "ann", sent("x", f"i{number}", 6.0), after(300 + number / 10))
    assert asked(here) == []


@pytest.mark.promise("`pay check` and `pay")
def test_readings_without_time_on_them_are_asked_about(here: World) -> None:
    read(here, 25, 0.05, 0.1)
    assert asked(here) == ["burst", "implausibly quick"]


@pytest.mark.promise("`pay check` and `pay")
def test_many_sendings_of_one_task_are_asked_about(here: World) -> None:
    here.ask(here.scan("a"), "number")
    (task,) = here.store.lease("ann", 1, NOON)
    for number in range(6):
        here.store.submit(task.id, "ann", sent(f"x{number}", f"i{number}"), after(5 + number))
    assert asked(here) == ["sent often"]


@pytest.mark.promise("`pay check` and `pay")
def test_time_beyond_the_clock_is_asked_about_until_it_is_paid(here: World) -> None:
    end = read(here, 1, 5.0, 5.0)
    person = here.store.person_row("ann")["id"]
    connection = sqlite_of(here.store).connection
    number = connection.execute("SELECT task_id FROM ledger").fetchone()[0]
    micros = round((end + timedelta(seconds=1)).timestamp() * 1_000_000)
    for _ in range(3):
        connection.execute(
            "INSERT INTO ledger (transcriber_id, kind, micro, currency, seconds, at, task_id, reference)"
            " VALUES (?, 'time', 1, 'EUR', 600.0, ?, ?, 'skip')",
            (person, micros, number),
        )
    assert asked(here) == ["beyond the clock"]
    here.store.close_period(after(3600), "November", after(3600))
    assert asked(here) == []


@pytest.mark.promise("`pay check` and `pay")
def test_more_time_beside_readings_than_on_them_is_asked_about(here: World) -> None:
    here.store.put_floor(Floor(micro=12_000_000, currency="EUR", source="law", since=NOON), NOON)
    for number in range(31):
        here.ask(here.scan(f"s{number}"), "number")
    *skipped, read = here.store.lease("ann", 31, NOON, 5000.0)
    for number, task in enumerate(skipped, 1):
        here.store.skip(task.id, "ann", "other", 120.0, after(number * 120))
    here.store.submit(read.id, "ann", sent("x", "i", 3.0), after(3603))
    assert asked(here) == ["beside readings"]


def test_time_above_what_is_usual_is_asked_about_until_it_is_paid_or_contested(here: World) -> None:
    here.store.put_floor(Floor(micro=12_000_000, currency="EUR", source="law", since=NOON), NOON)
    here.ask(here.scan("a"), "number")
    (task,) = here.store.lease("ann", 1, NOON)
    here.store.submit(task.id, "ann", sent("12", "i", 3600.0), after(3600))
    assert asked(here) == ["slow"]
    here.store.dispute_time(task.id, "ann", 3600.0, "", after(3601))
    assert asked(here) == []
