"""Error rates of texts and calibration of probabilities, where the truth is known.

Benchmarks and the report on a collection count in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, lgamma, log, log1p, sqrt
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

Forecast = tuple[float, bool]
"""(probability that was stated, whether the value was right)."""


BIN_COUNT = 10
"""Bins of equal width for the calibration error: more of them would show chance. Chosen by hand."""


class Share(NamedTuple):
    """A counted share: `hits` of `total`. `str` writes it as tables do: "97.1 % [96.2, 97.9] of 1200"."""

    hits: int
    total: int

    @property
    def share(self) -> float:
        """The share, 0 to 1; 0 where nothing was counted."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The interval that holds the true share 19 times in 20, or more often."""
        return exact_interval(self.hits, self.total)

    def __str__(self) -> str:
        if not self.total:
            return "none"
        low, high = self.interval
        return f"{100 * self.share:.1f} % [{100 * low:.1f}, {100 * high:.1f}] of {self.total}"


class CalibrationGroup(NamedTuple):
    """Values with about the same stated probability: its mean, and how many of them were right."""

    probability: float
    right: Share


def character_errors(pairs: Iterable[tuple[str, str]]) -> Share:
    """The character error rate (CER) of (text, truth) pairs: edits of so many characters in the truths.

    Edits beyond the number of characters are not counted, so the rate is at most 1.
    """
    return _errors(pairs)


def word_errors(pairs: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Share:
    """The word error rate (WER) of (text, truth) pairs, both split into words; at most 1."""
    return _errors(pairs)


def _errors(pairs: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Share:
    wrong = total = 0
    for text, truth in pairs:
        wrong += Levenshtein.distance(text, truth)
        total += len(truth)
    return Share(min(wrong, total), total)


def calibration_error(forecasts: Sequence[Forecast], bin_count: int = BIN_COUNT) -> float:
    """The expected calibration error: the mean gap between stated and true shares, over bins of equal width.

    M. P. Naeini, G. Cooper, M. Hauskrecht, AAAI 2015.
    """
    bins: dict[int, list[Forecast]] = {}
    for probability, right in forecasts:
        bins.setdefault(min(bin_count - 1, int(probability * bin_count)), []).append((probability, right))
    gaps = [abs(sum(probability - right for probability, right in group)) for group in bins.values()]
    return sum(gaps) / max(1, len(forecasts))


def calibration_curve(forecasts: Iterable[Forecast], group_count: int) -> list[CalibrationGroup]:
    """Stated probabilities against shares right, in groups of about equal size, the least probable first."""
    ordered = sorted(forecasts)
    size = max(1, len(ordered) // group_count)
    groups = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    return [
        CalibrationGroup(
            sum(probability for probability, _ in group) / len(group),
            Share(sum(right for _, right in group), len(group)),
        )
        for group in groups
    ]


# Intervals and bounds of a share that was counted.

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
