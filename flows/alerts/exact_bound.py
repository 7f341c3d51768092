"""Which share is surely wrong at least, of what audits found: an exact bound, as few errors make an alarm."""

from __future__ import annotations

from math import exp, fsum, lgamma, log, log1p

SURE = 0.999
"""How sure an alarm is. Audits are looked at again and again: at a target of 0.995 an alarm that is sure to 0.95 would
go off for nothing in one form of twenty within its first ten audited fields, with 0.999 in one of a thousand."""

BISECTION_COUNT = 30
"""Halvings of the interval that holds a share: the bound is then exact to a billionth."""


def least_share(wrong: int, count: int) -> float:
    """The share, 0 to 1, that the true one exceeds in 999 of 1,000 cases.

    `wrong` of `count` were found. Exact (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934): with one or two found,
    Wilson's interval is far too narrow.
    """
    lowest, highest = 0.0, wrong / count if wrong else 0.0
    for _ in range(BISECTION_COUNT if wrong else 0):
        share = (lowest + highest) / 2
        lowest, highest = (lowest, share) if _fewer(wrong, count, share) < SURE else (share, highest)
    return lowest


def _fewer(wrong: int, count: int, share: float) -> float:
    """How probable it is that fewer than `wrong` of `count` are found where this share is wrong."""
    all_ways = lgamma(count + 1)
    ways = (all_ways - lgamma(each + 1) - lgamma(count - each + 1) for each in range(wrong))
    return fsum(exp(some + each * log(share) + (count - each) * log1p(-share)) for each, some in enumerate(ways))
