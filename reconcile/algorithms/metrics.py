"""Error rates of texts and calibration of probabilities, where the truth is known.

Benchmarks and the report on a collection count in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from reconcile.algorithms.intervals import exact_interval

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
