"""Scans that wait to be weighed: one process has each of them, and one that cannot be weighed is set apart.

It is set apart by name, with the reading to blame, so that everything else goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.metadata import version

from transcribe.errors import DiskFull, FairhandError, StoreError
from transcribe.model import Reading
from transcribe.store import CLAIM_SECONDS, Store, Waiting

MAX_TRIED_READINGS = 100
"""Readings of a scan that are tried as the one to blame, latest first: it came last, as the scan was weighed before.
Chosen by hand."""


RENEWALS_COUNT = 6
"""So often a claim is renewed in the time for which it holds. Chosen by hand."""


class ClaimedElsewhere(Exception):
    """Another process has claimed the scan meanwhile: what was weighed here is not kept."""


@dataclass(slots=True)
class Claim:
    """The claim of some scans, renewed while they are weighed: one of them may be read by machines again."""

    store: Store
    name: str
    now: Callable[[], datetime]
    renewed: float = field(default_factory=time.monotonic)

    def still_holds(self, waiting: Waiting) -> bool:
        """Whether nobody else has claimed a scan since."""
        if time.monotonic() - self.renewed > CLAIM_SECONDS / RENEWALS_COUNT:
            self.store.renew_waiting(self.name, self.now())
            self.renewed = time.monotonic()
        return self.store.holds_waiting(waiting.scan.id, self.name)


@contextmanager
def claimed(store: Store, waiting: Waiting) -> Iterator[None]:
    """One transaction in which a scan is this process's. ClaimedElsewhere where another one has claimed it since."""
    with store.together():
        if not store.holds_waiting(waiting.scan.id, waiting.claim):
            raise ClaimedElsewhere
        yield


@cache
def program() -> str:
    """The version of this program: another one may weigh what this one cannot."""
    return version("fairhand")


def set_apart(
    store: Store, waiting: Waiting, error: Exception, now: datetime, weighed: Callable[[Sequence[Reading]], object]
) -> str:
    """Put a scan that could not be weighed into quarantine; gives why, in words.

    `weighed` weighs some of its readings. What was foreseen is no fault of the readings, and is tried again by itself.
    Where the store itself failed, nothing can be kept: the scan stays waiting.
    """
    foreseen = isinstance(error, FairhandError | OSError | MemoryError)
    message = (
        str(error)
        if isinstance(error, FairhandError)
        else f"weighing it failed unexpectedly ({type(error).__name__}: {error})."
    )
    if isinstance(error, DiskFull) or (isinstance(error, StoreError) and error.retry):
        return message
    blamed = None if foreseen else to_blame(store.readings(waiting.scan.id, waiting.up_to), weighed)
    if not store.holds_waiting(waiting.scan.id, waiting.claim):
        return message  # another process weighs it now, and says what becomes of it
    store.quarantine(
        waiting.scan.id,
        waiting.up_to,
        type(error).__name__,
        message,
        now,
        program=program(),
        reading=blamed.id if blamed else "",
        by_chance=foreseen,
    )
    return message


def to_blame(readings: Sequence[Reading], weighed: Callable[[Sequence[Reading]], object]) -> Reading | None:
    """The reading without which the others can be weighed; None where no single one is to blame.

    The latest is tried first, people's before machines'. Of several it is one that cannot be weighed alone.
    """

    def fails(some: Sequence[Reading]) -> bool:
        try:
            weighed(some)
        except Exception:  # whatever it was that nobody has foreseen
            return True
        return False

    if not fails(readings):
        return None
    keys = {key for key in {each.key for each in readings} if fails([each for each in readings if each.key == key])}
    suspects = sorted((each for each in readings if not keys or each.key in keys), key=_suspicion, reverse=True)
    suspects = suspects[:MAX_TRIED_READINGS]
    alone = (each for each in suspects if fails([each]))
    without = (each for each in suspects if not fails([other for other in readings if other is not each]))
    return next(without, None) or next(alone, None)


def _suspicion(reading: Reading) -> tuple[bool, datetime, str]:
    return reading.kind != "machine", reading.at, reading.id
