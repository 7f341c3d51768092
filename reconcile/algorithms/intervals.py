"""Intervals and bounds of a share that was counted."""

from __future__ import annotations

from math import sqrt

Tally = tuple[float, float]
"""(wrong, total), as counted. Fractions come from readings whose truth is only probable."""

ONE_SIDED_95_QUANTILE = 1.6449
"""The normal quantile of a bound that holds 19 times in 20."""

BISECTION_COUNT = 30
"""Halvings of the interval that holds an error rate: the bound is then exact to a billionth."""

TWO_SIDED_95_QUANTILE = 1.96
"""The normal quantile of an interval that holds the true share 19 times in 20."""


def wilson(successes: float, total: float, quantile: float = TWO_SIDED_95_QUANTILE) -> tuple[float, float]:
    """The interval of the true share, where `successes` of `total` were counted; (0, 1) where nothing was.

    Wilson's score interval: E. B. Wilson, Probable inference, Journal of the American Statistical Association 22, 1927.
    """
    if total <= 0:
        return 0.0, 1.0
    share, square = successes / total, quantile * quantile
    middle = (share + square / (2 * total)) / (1 + square / total)
    spread = quantile * sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    return max(0.0, min(share, middle - spread)), min(1.0, max(share, middle + spread))


def lower_bound(tally: Tally) -> float:
    """The lower bound of the share right, from (wrong, total): the truth exceeds it in 19 of 20 cases.

    With none wrong it is exact: 0.05 ** (1 / total). With some wrong it is Wilson's score bound, which is close to the
    exact one at these counts. 0 where nothing was counted.
    """
    wrong, count = tally
    if count <= 0:
        return 0.0
    if wrong == 0:
        return float(0.05 ** (1 / count))
    return 1.0 - wilson(wrong, count, ONE_SIDED_95_QUANTILE)[1]


def upper_bound(tally: Tally) -> float:
    """The upper bound of the share right, from (wrong, total): the truth stays under it in 19 of 20 cases.

    It is exact, as single errors count here (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934). Both counts are
    rounded to whole numbers.
    """
    wrong, count = round(tally[0]), round(tally[1])
    lowest, highest = 0.0, wrong / count if wrong else 0.0
    for _ in range(BISECTION_COUNT if wrong else 0):
        error = (lowest + highest) / 2
        term = at_most = (1.0 - error) ** count
        for place in range(1, wrong):
            term *= (count - place + 1) / place * error / (1.0 - error)
            at_most += term
        lowest, highest = (error, highest) if 1.0 - at_most < 0.05 else (lowest, error)
    return 1.0 - lowest
