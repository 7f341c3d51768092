"""How good readings and decisions are where the truth is known: error rates of texts, and whether probabilities hold.

Benchmarks, the report on a collection and whoever judges fairhand on their own data count in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from reconcile.algorithms.intervals import wilson

Forecast = tuple[float, bool]
"""(the probability that was stated, whether the value was right)."""

BIN_COUNT = 10
"""Bins of equal width for the calibration error: more would hold chance."""


class Share(NamedTuple):
    """So many of so many. `str` gives it as a table shows it: "97.1 % [96.2, 97.9] of 1200"."""

    hits: int
    total: int

    @property
    def share(self) -> float:
        """The share; 0 of nothing."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies, 19 times in 20 (Wilson)."""
        return wilson(self.hits, self.total)

    def __str__(self) -> str:
        if not self.total:
            return "none"
        low, high = self.interval
        return f"{100 * self.share:.1f} % [{100 * low:.1f}, {100 * high:.1f}] of {self.total}"


class CalibrationGroup(NamedTuple):
    """Values of about one stated probability: its mean, how many were right, with an interval."""

    probability: float
    right: Share


def character_errors(pairs: Iterable[tuple[str, str]]) -> Share:
    """The character error rate (CER) of (text, truth): edits that the truths take, of so many characters in them.

    More edits than characters are possible; they count as all of them.
    """
    return _errors(pairs)


def word_errors(pairs: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Share:
    """The word error rate (WER) of texts cut into words: (text, truth)."""
    return _errors(pairs)


def _errors(pairs: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Share:
    wrong = of = 0
    for text, truth in pairs:
        wrong += Levenshtein.distance(text, truth)
        of += len(truth)
    return Share(min(wrong, of), of)


def calibration_error(forecasts: Sequence[Forecast], bin_count: int = BIN_COUNT) -> float:
    """Expected calibration error: the mean gap between what is stated and what is so, over bins of equal width.

    M. P. Naeini, G. Cooper, M. Hauskrecht, AAAI 2015.
    """
    inside: dict[int, list[Forecast]] = {}
    for probability, right in forecasts:
        inside.setdefault(min(bin_count - 1, int(probability * bin_count)), []).append((probability, right))
    gaps = [abs(sum(probability - right for probability, right in some)) for some in inside.values()]
    return sum(gaps) / max(1, len(forecasts))


def calibration_curve(forecasts: Iterable[Forecast], group_count: int) -> list[CalibrationGroup]:
    """What was stated against what was so, in so many groups of about equal size, the least probable first."""
    ordered = sorted(forecasts)
    size = max(1, len(ordered) // group_count)
    cut = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    return [
        CalibrationGroup(
            sum(probability for probability, _ in some) / len(some), Share(sum(right for _, right in some), len(some))
        )
        for some in cut
    ]
