"""Counted shares drawn towards what is usual, as few readings say little, and log odds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log

from reconcile.algorithms import Tally

ODDS_MARGIN = 1e-12
"""Shares nearer to 0 or 1 than this are taken for this near. Chosen by hand, to keep log odds finite."""

USUAL_WEIGHT_COUNT = 8.0
"""How many readings what is usual counts for beside what was counted: errors, confusions, confidence.

Chosen by hand. One number does for what had four (4 to 16): no set of readings told them apart.
"""

RARE_WEIGHT_COUNT = 2.0
"""The same of what shows on few readings: habits, conventions, unrelated errors, places. Chosen by hand."""

MIN_SHARE = 0.0005
"""The least that a share learnt with the help of other types may be. Chosen by hand."""

MAX_SHARE = 0.97
"""The most that a share learnt with the help of other types may be, and that they may make usual. Chosen by hand."""


def odds(share: float) -> float:
    """Log odds of a share, kept finite."""
    kept = share if ODDS_MARGIN <= share <= 1 - ODDS_MARGIN else min(max(share, ODDS_MARGIN), 1 - ODDS_MARGIN)
    return log(kept / (1 - kept))


def proven_weight(wrong: float, count: float) -> float:
    """The most that an answer may weigh, as a ratio of odds.

    Of `count` answers like it so many were wrong. It is 1, which is nothing, where none is known.
    """
    return max(1.0, (count + 1.0) / (wrong + 1.0))


def shrunk(tally: Tally | Sequence[float] | None, usual: float, weight: float) -> float:
    """A counted share, drawn towards what is usual as if that had been counted `weight` times."""
    return usual if tally is None else (weight * usual + tally[0]) / (weight + tally[1])


def shrunk_like_others(
    type_name: str, own: Mapping[str, Tally] | None, typical: Callable[[str], float], weight: float
) -> float:
    """A share of one type of field, drawn towards the typical one times how these tallies differ from it."""
    if not own:
        return typical(type_name)
    some = sum(tally[0] for tally in own.values())
    expected = sum(tally[1] * typical(name) for name, tally in own.items())
    usual = min(MAX_SHARE, typical(type_name) * (1.0 + some) / (1.0 + expected))
    return min(MAX_SHARE, max(MIN_SHARE, shrunk(own.get(type_name), usual, weight)))
