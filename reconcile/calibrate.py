"""From the model's share to an honest probability: only what comes out of here decides."""

from __future__ import annotations

from reconcile.circumstances import Circumstances
from reconcile.known import Known
from reconcile.policy import POLICY

EXPERT = 0.998
"""How probable a value is that an expert decided."""

ONE_READER = 0.98
"""The most that one person is believed whom nothing confirms: a careful typist is wrong on one field in fifty."""

ONE_ENGINE = 0.97
"""The most that one engine is believed whom nothing confirms: better ones are wrong on one box in ten."""


def calibrated(share: float, seen: Circumstances, learnt: Known) -> float:
    """The calibrated probability of a value, from the model's share and the circumstances of its readings."""
    if seen.experts:
        return max(share, EXPERT)
    if seen.by_ink:
        return max(share, seen.ink)
    confirmed = seen.engines + seen.people >= POLICY.people_to_agree or seen.witness
    if confirmed:
        return share
    return min(share, ONE_READER if seen.people else ONE_ENGINE)
