"""A copy in PostgreSQL, brought up to date once or again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.home import now
from flows.parts.exports.postgres_copy import Copied, CopyFailed, follow

FIRST_PAUSE_SECONDS = 5.0
"""How soon a round that failed is tried again; doubled each time. Chosen by hand."""

LONGEST_PAUSE_SECONDS = 300.0
"""How far apart tries are at most: who mends the server waits no longer. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFailed:
    """A round that failed: why, and in how many seconds it is tried again."""

    reason: str
    pause_seconds: float


def copied_rounds(
    records: Path,
    address: str,
    schema: str,
    every_seconds: float | None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], datetime] = now,
) -> Iterator[Copied | RoundFailed]:
    """What each round copied: one, or without end, so many seconds apart.

    Without end, a round that fails is told and tried again, with growing pauses. CopyFailed where there is one round.
    How the copy fares is noted beside the records.
    """
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            patience = every_seconds + LONGEST_PAUSE_SECONDS if every_seconds else 0.0
            done: Copied | RoundFailed = follow(records, address, schema, clock, patience)
            pause, wait = FIRST_PAUSE_SECONDS, every_seconds or 0.0
        except CopyFailed as error:
            if every_seconds is None:
                raise
            done, wait = RoundFailed(reason=str(error), pause_seconds=pause), pause
            pause = min(LONGEST_PAUSE_SECONDS, 2 * pause)
        yield done
        if every_seconds is None:
            return
        sleep(wait)
