"""What takes long to work out and may be some seconds old: worked out by one desk, and shown by all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, TypeVar

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
