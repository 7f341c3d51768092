"""From the model's share to an honest probability: only what comes out of here decides."""

from __future__ import annotations

from math import exp, log

from reconcile.circumstances import Circumstances
from reconcile.known import Known, Tally
from reconcile.policy import POLICY

CONFIDENCE = 0.05
"""A lower bound is passed by the truth in 19 of 20 cases."""

MACHINES_UNPROVEN = 0.97
"""The most that machines by themselves are believed where no measured bound stands behind them."""

ONE_READER = 0.98
"""The most that one person is believed whom no machine confirms: a careful typist is wrong on one field in fifty."""


def calibrated(share: float, seen: Circumstances, learnt: Known) -> float:
    """The calibrated probability of a value, from the model's share and the circumstances of its readings."""
    if seen.experts:
        return max(share, 0.995)
    if seen.readers == 0:
        return _machines(share, seen, learnt)
    if seen.people <= 1 and seen.engines == 0:
        return min(share, ONE_READER)
    return share


def _machines(share: float, seen: Circumstances, learnt: Known) -> float:
    if seen.ink >= POLICY.blank_ink and (seen.null == "blank" or seen.family == "mark"):
        return max(share, seen.ink)
    if seen.engines >= POLICY.engines_to_agree and not seen.trouble:
        return max(min(share, MACHINES_UNPROVEN), min(share, lower_bound(learnt.earned("typed"))))
    return min(share, MACHINES_UNPROVEN)


def lower_bound(tally: Tally) -> float:
    """The share right that the truth exceeds in 19 of 20 cases, after so many wrong of so many.

    With none wrong it is the rule of three, exactly: 0.05 ** (1 / n). With some wrong, Wilson's score bound, which is
    close to the exact one at these counts.
    """
    wrong, count = tally
    if count <= 0:
        return 0.0
    if wrong == 0:
        return exp(log(CONFIDENCE) / count)
    z = 1.6449
    right = 1.0 - wrong / count
    middle = right + z * z / (2 * count)
    spread = z * (right * (1 - right) / count + z * z / (4 * count * count)) ** 0.5
    return float((middle - spread) / (1 + z * z / count))
