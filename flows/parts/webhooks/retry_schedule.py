"""When a delivery that failed is tried again, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta

WAITS_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Waits between tries: 5 s, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours, as Standard Webhooks proposes."""

TRYING = timedelta(days=3)
"""A delivery is given up when it failed so long after its first try."""

JITTER_SHARE = 0.2
"""Each wait is up to so much shorter or longer: webhooks of one receiver do not all come back at once. By hand."""

MOST_ASKED_WAIT = timedelta(days=1)
"""The longest wait that a receiver may ask for with Retry-After. Chosen by hand."""


def next_try(
    tries: int, first_at: datetime | None, now: datetime, draw: float, asked_seconds: float | None = None
) -> datetime | None:
    """When a delivery is tried again that has now failed `tries` times; None where it is given up.

    `draw` is a random number from 0 to 1. `asked_seconds` is what the receiver asked for, None for nothing.
    """
    end = (first_at or now) + TRYING
    if now >= end:
        return None
    seconds = WAITS_SECONDS[min(tries, len(WAITS_SECONDS)) - 1]
    wait = timedelta(seconds=seconds * (1 + JITTER_SHARE * (2 * draw - 1)))
    if asked_seconds is not None:
        wait = max(wait, min(timedelta(seconds=asked_seconds), MOST_ASKED_WAIT))
    return min(now + wait, end)
