"""Intervals and bounds of a share that was counted."""

from __future__ import annotations

from math import exp, lgamma, log, log1p, sqrt

Tally = tuple[float, float]
"""(wrong, total), as counted. Fractions come from readings whose truth is only probable."""

ONE_SIDED_95_QUANTILE = 1.6449
"""The normal quantile of a bound that holds 19 times in 20."""

BISECTION_COUNT = 30
"""Halvings of the interval that holds a share: the bound is then exact to a billionth."""

LEAST_TERM = 1e-12
"""A term of a sum that is a smaller part of it than this counts as nothing."""


def lower_bound(tally: Tally) -> float:
    """The lower bound of the share right, from (wrong, total): the truth exceeds it in 19 of 20 cases.

    With none wrong it is exact: 0.05 ** (1 / total). With some wrong it is the score bound, which takes fractions and
    is close to the exact one (E. B. Wilson, Journal of the American Statistical Association 22, 1927). 0 where nothing
    was counted.
    """
    wrong, count = tally
    if count <= 0:
        return 0.0
    if wrong == 0:
        return float(0.05 ** (1 / count))
    share, square = wrong / count, ONE_SIDED_95_QUANTILE**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = ONE_SIDED_95_QUANTILE * sqrt(share * (1 - share) / count + square / (4 * count**2)) / (1 + square / count)
    return 1.0 - min(1.0, max(share, middle + spread))


def upper_bound(tally: Tally) -> float:
    """The upper bound of the share right, from (wrong, total): the truth stays under it in 19 of 20 cases. Exact."""
    return 1.0 - least_share(*tally, 0.05)


def exact_interval(hits: float, total: float) -> tuple[float, float]:
    """The interval of the true share, where `hits` of `total` were counted; (0, 1) where nothing was.

    The truth lies outside in at most 1 of 20 cases, on either side in 1 of 40: with none found of 1,000 it is at most
    0.37 %.
    """
    if round(total) <= 0:
        return 0.0, 1.0
    return least_share(hits, total, 0.025), 1.0 - least_share(total - hits, total, 0.025)


def least_share(hits: float, total: float, risk: float) -> float:
    """The share that the true one exceeds but for `risk` of all cases, where `hits` of `total` were counted.

    It is exact, whatever the counts (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934). Both are rounded to whole
    numbers.
    """
    count, of = round(hits), round(total)
    lowest, highest = 0.0, count / of if count else 0.0
    for _ in range(BISECTION_COUNT if count else 0):
        share = (lowest + highest) / 2
        lowest, highest = (share, highest) if _at_least(count, of, share) < risk else (lowest, share)
    return lowest


def _at_least(count: int, total: int, share: float) -> float:
    """How probable it is that so many of all are found where this is the true share, which is less than theirs."""
    ways = lgamma(total + 1) - lgamma(count + 1) - lgamma(total - count + 1)
    term, found = exp(ways + count * log(share) + (total - count) * log1p(-share)), 0.0
    for place in range(count, total + 1):
        found += term
        if term <= found * LEAST_TERM:
            break  # those that follow are smaller still
        term *= (total - place) / (place + 1) * share / (1.0 - share)
    return found
