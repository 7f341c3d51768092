"""What takes long to count: counted by one thread at a time, beside the pages, and kept with its time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
