"""What takes long to count: counted by one thread at a time, beside the pages, and kept with its time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flows.home import now
from transcribe.errors import FairhandError

FIRST_WAIT_SECONDS = 2.0
"""So long the page that begins it waits for what is counted for the first time. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted, when, and why it could not be, "" where it could."""

    at: datetime
    found: Any
    problem: str = ""


class Counting:
    """One thing that is counted: begun by a page or a person, never twice at a time."""

    def __init__(self, count: Callable[[], object]) -> None:
        self._count = count
        self._alone = threading.Lock()
        self._done = threading.Event()
        self.last: Counted | None = None

    @property
    def runs(self) -> bool:
        """Whether it is being counted now."""
        return self._alone.locked()

    def begin(self) -> bool:
        """Have it counted anew; False where that is done already."""
        if not self._alone.acquire(blocking=False):
            return False
        threading.Thread(target=self._look, daemon=True).start()
        return True

    def recent(self, seconds: float) -> Counted | None:
        """What was counted last; it is begun anew where that is older. Who begins it first waits a moment for it."""
        is_old = self.last is None or (now() - self.last.at).total_seconds() > seconds
        if is_old and self.begin():
            self._done.wait(FIRST_WAIT_SECONDS)
        return self.last

    def _look(self) -> None:
        try:
            self.last = Counted(at=now(), found=self._count())
        except FairhandError as error:
            self.last = Counted(at=now(), found=None, problem=str(error))
        finally:
            self._alone.release()
            self._done.set()


# What takes long to work out and may be some seconds old: worked out by one desk, and shown by all.

Result = TypeVar("Result")

MOST_KEPT = 500
"""So many things are kept, the latest: a forecast of each batch that is looked at. Chosen by hand."""

POLL_SECONDS = 5.0
"""How old parts of a page may be: less than live.js waits, so that none is older than the page that it is put into."""


class Shared:
    """Results by what they are of, each with its time. Each is worked out once at a time; who waits is given it."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[datetime, Any]] = {}
        self._locks: dict[Hashable, threading.Lock] = {}
        self._guard = threading.Lock()

    def of(self, key: Hashable, seconds: float, now: datetime, make: Callable[[], Result]) -> Result:
        """What was made lately, or what is made now. A time that lies ahead, as by a clock put back, counts as old."""
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            kept = self._kept.get(key)
            if kept is None or not timedelta() <= now - kept[0] <= timedelta(seconds=seconds):
                kept = (now, make())
            self._keep(key, kept)
            found: Result = kept[1]
            return found

    def _keep(self, key: Hashable, kept: tuple[datetime, Any]) -> None:
        with self._guard:
            self._kept.pop(key, None)
            self._kept[key] = kept
            while len(self._kept) > MOST_KEPT:
                oldest = next(iter(self._kept))
                del self._kept[oldest]
                self._locks.pop(oldest, None)
