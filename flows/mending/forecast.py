"""When a batch will be finished, from how fast people read it, with its spread; None where too little is known."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MIN_READINGS = 20
"""Fewer readings tell no pace. Chosen by hand."""

MIN_SLICES = 6
"""So many stretches of time at least, each with its own count, so that their spread is known. Chosen by hand."""

PACE_DAYS = 7
"""The pace is that of so many days at most: who works changes. Chosen by hand."""

SPREAD_DEVIATIONS = 1.28
"""Standard deviations to each side of the middle that hold 80 % of a normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """When a batch will be finished: in 80 of 100 cases between `earliest` and `latest`."""

    middle: datetime
    earliest: datetime
    latest: datetime


def forecast(times: Sequence[datetime], open_fields: int, readings_per_field: float, now: datetime) -> Forecast | None:
    """When so many open fields will be finished. `times` are when people read in the batch, first to last.

    The time since then is cut into stretches; how much their counts differ is how sure the pace is. None where nothing
    is open, and where too little was read to tell.
    """
    begin = max(times[0], now - timedelta(days=PACE_DAYS)) if times else now
    recent = [at for at in times if at >= begin]
    slices = min(48, len(recent) // 3)
    width = (now - begin).total_seconds() / max(1, slices)
    if not open_fields or len(recent) < MIN_READINGS or slices < MIN_SLICES or width <= 0:
        return None
    filled = Counter(min(slices - 1, int((at - begin).total_seconds() / width)) for at in recent)
    counts = [filled[each] for each in range(slices)]
    mean = len(recent) / slices
    variance = sum((each - mean) ** 2 for each in counts) / (slices - 1)
    left = open_fields * max(1.0, readings_per_field)
    stretches = left / mean
    # the pace is known from so many stretches, and the work that is left meets as many more as it needs
    doubt = math.sqrt(variance) / mean * math.sqrt(1 / slices + 1 / max(1.0, stretches))
    doubt = math.hypot(doubt, 1 / math.sqrt(left))
    factor = math.exp(SPREAD_DEVIATIONS * doubt)
    seconds = stretches * width
    middle, earliest, latest = (timedelta(seconds=seconds * each) for each in (1.0, 1 / factor, factor))
    return Forecast(middle=now + middle, earliest=now + earliest, latest=now + latest)
