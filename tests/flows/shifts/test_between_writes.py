"""The database goes away, or the process is killed, at any call of the store: nothing is lost, and none is blamed."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest

from flows.home.home import Home
from flows.shifts.shift import work_shift
from flows.steps.read_scans import TakenScan, take_in
from tests.flows.house import TYPED
from tests.flows.shifts.made_up_worker import reader
from tests.flows.shifts.test_shift import READ, to_read
from transcribe.errors import DatabaseAway, FairhandError
from transcribe.intake import Unreadable
from transcribe.store import Store

MOST_CALLS_COUNT = 400
"""A run has fewer calls of the store than this: one that has more never ends."""


LEASE_SECONDS = 1e8
"""Nobody waits until what was claimed without an answer is free by itself: that takes three years."""


class Killed(BaseException):
    """The process ends here: nothing after it is done."""


@dataclass
class FaultyStore:
    """A store whose call of this number fails, before it has done anything or after it has done all."""

    store: Any
    at: int
    after: bool
    error: type[BaseException]
    calls: int = 0
    has_failed: bool = False

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self.store, name)
        return self._called(verb) if callable(verb) and name != "together" else verb

    def _called(self, verb: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            self.calls += 1
            fails = self.calls == self.at
            self.has_failed |= fails
            if fails and not self.after:
                raise self.error
            done = verb(*given, **named)
            if fails:
                raise self.error
            return done

        return call


def faulty_homes(rooms: Home, *, after: bool, error: type[BaseException]) -> Iterator[Home]:
    """Homes whose store fails at its first call, at its second, and so on, until a whole run has fewer calls."""
    for at in count(1):
        store = FaultyStore(rooms.store, at, after, error)
        yield replace(
            rooms,
            store=cast("Store", store),
            settings=rooms.settings.model_copy(update={"read_lease_seconds": LEASE_SECONDS}),
        )
        if not store.has_failed:
            return
        assert at < MOST_CALLS_COUNT


def engines_worked(rooms: Home) -> int:
    with closing(sqlite3.connect(rooms.settings.state)) as state:
        return int(state.execute("SELECT COUNT(*) FROM engine_time").fetchone()[0])


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(READ, reader(0.0))
    monkeypatch.setattr("flows.shifts.shift.RETRY_SECONDS", (0.0,))
    monkeypatch.setattr("flows.shifts.shift.LOOK_SECONDS", 0.01)
    monkeypatch.setattr(sys.modules[work_shift.__module__], "LOOK_SECONDS", 0.01)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_database_that_is_away_at_any_call_of_a_shift_blames_no_scan_and_none_is_read_twice(
    rooms: Home, after: bool
) -> None:
    taken, calls = 0, 0
    for home in faulty_homes(rooms, after=after, error=DatabaseAway):
        to_read(rooms, *(f"{taken} {each}" for each in "ab"))
        taken, calls = taken + 2, calls + 1
        work_shift(home, 1)  # it goes on
        assert rooms.store.list_set_aside() == [], "the database is no fault of a scan"
        assert all(rooms.store.has_reads(each.scan.id) for each in rooms.store.scan_states())
        assert engines_worked(rooms) == taken, "each is kept once"
    assert calls > 10, "a shift has so many calls"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [Killed, DatabaseAway])
def test_whatever_ends_taking_in_at_any_call_what_is_kept_is_read_by_the_next_shift(
    rooms: Home, tmp_path: Path, error: type[BaseException], after: bool
) -> None:
    taken = 0
    for home in faulty_homes(rooms, after=after, error=error):
        taken += 1
        file = tmp_path / f"{taken}.png"
        file.write_bytes(TYPED.read_bytes() + bytes([taken]))
        acknowledged: list[TakenScan | Unreadable] = []
        with suppress(Killed, FairhandError):
            acknowledged += take_in(home, [file], "receipt", "monday")
        work_shift(rooms, 1)
        assert rooms.store.list_set_aside() == [], "the database is no fault of a file"
        unread = [each.scan.name for each in rooms.store.scan_states() if not rooms.store.has_reads(each.scan.id)]
        assert unread == []
        assert all(isinstance(each, TakenScan) for each in acknowledged)
    assert taken > 3
