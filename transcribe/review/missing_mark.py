"""The mark of operators that people are missing: what was found when it was looked up last, kept in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from transcribe.errors import FairhandError

MARK_AGE = timedelta(minutes=1)
"""How long the mark stands before it is looked up again: on every page that would cost too much. Chosen by hand."""

FIRST_WAIT_SECONDS = 2.0
"""So long a page waits for it where nothing is known. Chosen by hand."""

WAIT_SECONDS = 0.05
"""So long it waits where a minute-old mark is known. A look takes 20 ms where 1,000 tasks are open, and two seconds
where 150,000 are."""


class MissingMark:
    """Whether people were missing when somebody looked: looked up by one thread at a time, beside the pages."""

    def __init__(self) -> None:
        self._found: tuple[datetime, bool] | None = None
        self._lock = threading.Lock()
        self._done = threading.Event()

    def known(self, now: datetime) -> bool | None:
        """What was found lately; None where it is to be looked up."""
        if self._found is None or not timedelta(0) <= now - self._found[0] < MARK_AGE:
            return None
        return self._found[1]

    def looked_up(self, are_missing: Callable[[], bool], now: datetime) -> bool:
        """What `are_missing` says; what was found last where it takes longer than a page waits."""
        may_wait = WAIT_SECONDS if self._found else FIRST_WAIT_SECONDS
        if self._lock.acquire(blocking=False):
            self._done.clear()
            threading.Thread(target=self._look, args=(are_missing, now), daemon=True).start()
        self._done.wait(may_wait)
        return self._found is not None and self._found[1]

    def keep(self, found: bool, now: datetime) -> bool:
        """Keep what was found now, and give it back."""
        self._found = now, found
        return found

    def _look(self, are_missing: Callable[[], bool], now: datetime) -> None:
        try:
            self.keep(are_missing(), now)
        except FairhandError:  # the page goes on with what was found before, and the next one asks again
            pass
        finally:
            self._lock.release()
            self._done.set()
