"""A shift by itself: it reads what is to be read until nothing is, or its time is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty

from flows.home import Home, now
from flows.shifts.shift import LOOK_SECONDS, Outcome, Shift
from transcribe.errors import ArchiveFull, DiskFull, EngineMissing, FormError, NotFound, ScanError, StoreError

OWN_TROUBLES = (ArchiveFull, DiskFull, EngineMissing, FormError, NotFound)
"""What a scan cannot help: on another machine it may be read."""


COUNT_SECONDS = 5.0
"""How often it is counted what is left: of many scans it takes some milliseconds. Chosen by hand."""


@dataclass(slots=True, kw_only=True)
class ShiftReport:
    """What a shift did, in counts, and what failed, each with a message; `left` are to be read still.

    `elsewhere` are scans that others had read, or had taken over, when they were read here.
    """

    read: int = 0
    elsewhere: int = 0
    left: int = 0
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    without: list[tuple[str, str]] = field(default_factory=list)

    @property
    def scans(self) -> int:
        """How many scans it is done with."""
        return self.read + self.elsewhere + len(self.set_aside) + len(self.failed)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each there were."""
        lists = {"set aside": self.set_aside, "failed": self.failed, "without an engine": self.without}
        plain = {"read": self.read, "read elsewhere": self.elsewhere, "left": self.left}
        return {**plain, **{name: len(found) for name, found in lists.items()}}

    def add(self, outcome: Outcome) -> None:
        """Count what became of one scan more."""
        name = outcome.scan.name
        if outcome.reads is not None:
            self.read += 1
            self.without += [(name, engine) for engine in outcome.reads.failed]
        elif outcome.error is not None:
            (self.set_aside if isinstance(outcome.error, ScanError) else self.failed).append((name, outcome.message))
        else:
            self.elsewhere += 1


@dataclass(slots=True)
class ShiftProgress:
    """How far a shift and whoever reads with it are: `done` never falls, and `total` grows only where more came."""

    done: int = 0
    total: int = 0
    left: int = 0

    def count_left(self, left: int) -> None:
        """So many are left. What is gone and was not read here, others have read."""
        self.left, self.total = left, max(self.total, self.done + left)
        self.done = self.total - left

    def count_read(self) -> None:
        """One more was read here since it was counted what is left."""
        self.done, self.left = self.done + 1, max(self.left - 1, 0)
        self.total = max(self.total, self.done + self.left)


def work_shift(
    home: Home,
    threads: int,
    *,
    seconds: float | None = None,
    stop: threading.Event | None = None,
    progress: Callable[[int, int, int], None] = lambda *_: None,
) -> ShiftReport:
    """Read what is to be read until nothing is, so long at most, or until `stop` is set.

    What is begun is ended. It waits for what other workers hold: one of them may end. `progress` is called with (scans
    done here or elsewhere, scans in all, set aside or failed). The error of this machine that keeps it from
    reading is raised.
    """
    done = ShiftReport()
    end = None if seconds is None else time.monotonic() + seconds
    far, counted = ShiftProgress(), time.monotonic()
    far.count_left(_left(home, 0))
    with Shift(home, threads, ends_at=OWN_TROUBLES) as shift:
        while not (stop and stop.is_set()) and (end is None or time.monotonic() < end):
            shift.require_working()
            try:
                done.add(shift.outcomes.get(timeout=LOOK_SECONDS))
            except Empty:
                if shift.is_idle and _left(home, far.left) == 0:
                    break
                continue
            far.count_read()
            if time.monotonic() - counted > COUNT_SECONDS:
                far.count_left(_left(home, far.left))
                counted = time.monotonic()
            progress(far.done, far.total, len(done.set_aside) + len(done.failed))
    while not shift.outcomes.empty():
        done.add(shift.outcomes.get())
    shift.require_working()
    done.left = _left(home, far.left)
    return done


def _left(home: Home, before: int) -> int:
    """How many are to be read; as many as before where the database is away, with which the shift has patience."""
    try:
        return home.store.count_to_read(now())[0]
    except StoreError as error:
        if not error.retry:
            raise
        return before or 1
