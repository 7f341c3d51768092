"""Database or archive away while scans are taken in and read: none is set aside for it, and a shift goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from flows.home.home import Home, now
from flows.shifts import shift as shifts
from flows.shifts.shift import work_shift
from flows.steps.read_scans import TakenScan, take_in
from tests.flows.house import CASES
from tests.flows.shifts.made_up_worker import reader
from tests.flows.shifts.test_shift import READ, taken_in, to_read
from transcribe.errors import ArchiveAway, DatabaseAway, ScanError, StoreError
from transcribe.model import ReadResult, Scan
from transcribe.store.drivers import sqlite

AWAY: tuple[StoreError, ...] = (
    DatabaseAway("The database does not answer."),
    ArchiveAway("a bucket", "it does not answer"),
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(READ, reader(0.0))
    monkeypatch.setattr("flows.shifts.shift.RETRY_SECONDS", (0, 0))


def failing(error: Exception, times: Iterator[int], fails: Callable[[int], bool]) -> Callable[..., ReadResult]:
    """A reader that fails by this error at some of its times."""
    reads = reader(0.0)

    def read(home: Home, scan: Scan, **named: Any) -> ReadResult:
        if fails(next(times)):
            raise error
        return reads(home, scan, **named)

    return read


def photograph(folder: Path, number: int) -> Path:
    """One more picture of a receipt, unlike the others."""
    with Image.open(CASES / "receipt-007.jpg") as picture:
        changed = picture.convert("L")
    changed.putpixel((0, 0), number)
    path = folder / f"{number}.png"
    changed.save(path)
    return path


def test_wherever_taking_in_ends_what_was_kept_is_to_be_read(
    rooms: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away before the first write, before the second, and so on until none is left."""
    begin = sqlite._begin_immediate
    for number in count():
        writes = count()

        def away(holder: Any, number: int = number, writes: Iterator[int] = writes) -> None:
            if next(writes) >= number:
                raise DatabaseAway("The database does not answer.")
            begin(holder)

        with monkeypatch.context() as cut:
            cut.setattr(sqlite, "_begin_immediate", away)
            try:
                found = list(take_in(rooms, [photograph(tmp_path, number)], "receipt", "monday"))
            except DatabaseAway:
                found = []
        assert rooms.store.count_to_read(now())[0] == rooms.store.counts().unread_scans
        assert rooms.store.list_set_aside() == [], "no file can help that"
        if found:
            break
    assert number > 0
    (taken,) = found
    assert isinstance(taken, TakenScan)
    assert taken.new
    assert work_shift(rooms, 1).read == sum(rooms.store.counts().scans.values())


@pytest.mark.parametrize("error", AWAY, ids=["database", "archive"])
def test_what_an_outage_kept_from_being_read_is_read_when_it_is_over(
    rooms: Home, error: StoreError, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(READ, failing(error, count(), lambda time: time < 5))
    to_read(rooms, *"abc")
    done = work_shift(rooms, 1)
    assert (done.read, done.scans, done.left) == (3, 3, 0)
    assert rooms.store.list_set_aside() == []


@pytest.mark.promise("No file is blamed,")
@pytest.mark.parametrize("error", AWAY, ids=["database", "archive"])
def test_a_shift_waits_as_long_as_it_says_and_then_ends_by_what_is_away_and_blames_no_scan(
    rooms: Home, error: StoreError, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shifts, "PATIENCE_SECONDS", 1.0)
    to_read(rooms, *"ab")
    begun = time.monotonic()
    with monkeypatch.context() as cut:
        cut.setattr(READ, failing(error, count(), lambda _: True))
        with pytest.raises(type(error), match="does not answer"):
            work_shift(rooms, 1)
    assert time.monotonic() - begun >= 1.0
    assert rooms.store.list_set_aside() == []
    assert work_shift(rooms, 1).read == 2


def test_a_scan_that_cannot_be_read_is_set_aside_once_the_database_takes_it(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, times = type(rooms.store).set_scan_aside, count()

    def set_aside(*given: Any, **named: Any) -> None:
        if next(times) == 0:
            raise DatabaseAway("The database does not answer.")
        keep(*given, **named)

    monkeypatch.setattr(READ, failing(ScanError("it is no picture."), count(), lambda _: True))
    monkeypatch.setattr(type(rooms.store), "set_scan_aside", set_aside)
    to_read(rooms, "a")
    assert [name for name, _ in work_shift(rooms, 1).set_aside] == ["a"]


def test_a_shift_finds_what_was_taken_in_and_never_put_to_be_read(rooms: Home) -> None:
    """Earlier versions did so in two transactions, and a process could be killed between them."""
    taken_in(rooms, *"ab")
    assert rooms.store.counts().unread_scans == 2
    assert work_shift(rooms, 1).read == 2
    assert rooms.store.put_unread_to_read(now()) == 0
