"""The meaning of an engine's confidence: how much likelier it is to be so sure when wrong than when right."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log
from typing import Any

from reconcile.forms import CACHED_TEXT_COUNT
from reconcile.parameters.shrinkage import USUAL_WEIGHT_COUNT, proven_weight

CONFIDENCE_STEPS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98, 0.99, 0.995)
"""Where the confidence of an engine is cut into bins; engines crowd near 1. Chosen by hand."""

PRIOR_LOG_RATIOS = (1.5, 1.3, 1.1, 0.9, 0.6, 0.3, 0.0, -0.3, -0.6, -0.8, -1.0, -1.1, -1.2)
"""Log of P(bin | wrong) / P(bin | right) of an engine of which nothing was learnt: about Tesseract's, halved."""

BAD_PAGE_QUALITY = 0.7
"""Quality of a page (0 to 1) below which it is a bad one.

Engines err more often there, more often alike, and their confidence says something else. The hard photographs of the
generator have 0.29 to 0.55, its others 0.83 and more.
"""

GENERAL_WEIGHT_COUNT = 100.0
"""How many wrong readings of one kind what an engine's confidence means in general counts for. Chosen by hand."""


def confidence_table(engine: str, *, digits: bool, bad: bool) -> str:
    """The stored name of the tallies of one kind of an engine's readings: digits or words, bad pages or others."""
    return f"{engine}, {'digits' if digits else 'words'}{' on bad pages' if bad else ''}"


@lru_cache(CACHED_TEXT_COUNT)
def has_digits(text: str) -> bool:
    """Whether a text holds digits, of which an engine's confidence says less than of words."""
    return any(map(str.isdigit, text))


def bin_of(confidence: float) -> int:
    """Which bin a confidence falls into."""
    return bisect_right(CONFIDENCE_STEPS, confidence)


def log_ratios(tallies: Sequence[Sequence[float]] | None) -> tuple[float, ...]:
    """Log of P(bin | wrong) / P(bin | right) for each bin, from (wrong, right) readings counted in it.

    Never rising with confidence: bins that would are pooled (pool adjacent violators, M. Ayer and others, Annals of
    Mathematical Statistics 26, 1955).
    """
    if tallies is None:
        return PRIOR_LOG_RATIOS
    wrong, right = sum(tally[0] for tally in tallies), sum(tally[1] for tally in tallies)
    drawn = []
    for tally, usual in zip(tallies, PRIOR_LOG_RATIOS, strict=True):
        seen = (sum(tally) + 1.0) / (wrong + right + len(PRIOR_LOG_RATIOS))
        drawn.append(
            (
                tally[0] + USUAL_WEIGHT_COUNT * seen * exp(usual / 2),
                tally[1] + USUAL_WEIGHT_COUNT * seen * exp(-usual / 2),
            )
        )
    return _logs(drawn)


def log_ratios_of_kind(tallies: Sequence[Sequence[float]] | None, usual: Sequence[float]) -> tuple[float, ...]:
    """The same log ratios of one kind of an engine's readings, drawn to what is `usual` of them all.

    Where none of the kind was wrong they are `usual`.
    """
    if tallies is None:
        return tuple(usual)
    right = sum(tally[1] for tally in tallies) + len(usual)
    shares = [(tally[1] + 1.0) / right for tally in tallies]
    scale = GENERAL_WEIGHT_COUNT / sum(share * exp(log_ratio) for share, log_ratio in zip(shares, usual, strict=True))
    return _logs(
        [
            (tally[0] + scale * share * exp(log_ratio), right * share)
            for tally, share, log_ratio in zip(tallies, shares, usual, strict=True)
        ]
    )


def _logs(tallies: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """The logs of the shares of wrong over those of right readings, those that would rise pooled."""
    pools: list[tuple[float, float, int]] = []
    for wrong, right in tallies:
        pools.append((wrong, right, 1))
        while len(pools) > 1 and pools[-1][0] * pools[-2][1] > pools[-2][0] * pools[-1][1]:
            last, before = pools.pop(), pools.pop()
            pools.append((last[0] + before[0], last[1] + before[1], last[2] + before[2]))
    all_wrong, all_right = sum(pool[0] for pool in pools), sum(pool[1] for pool in pools)
    return tuple(log(pool[0] / all_wrong) - log(pool[1] / all_right) for pool in pools for _ in range(pool[2]))


def most_weights(tallies: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """The most that an answer of each bin of confidence may weigh, as a ratio of odds.

    Less sure answers prove no less of it, so those just below are counted with it where they prove more.
    """
    found = []
    for last in range(len(tallies)):
        wrong = right = 0.0
        weight = 1.0
        for below in reversed(tallies[: last + 1]):
            wrong, right = wrong + below[0], right + below[1]
            weight = max(weight, proven_weight(wrong, wrong + right))
        found.append(weight)
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceTables:
    """(wrong, right) readings by bin of confidence, of each engine and of each kind of its readings."""

    tallies: Mapping[str, Sequence[Sequence[float]]]

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> ConfidenceTables:
        """The confidence tables of stored parameters: `sure`."""
        return cls(tallies=content.get("sure", {}))

    def ratios(self, engine: str, *, bad_page: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """P(bin | wrong) / P(bin | right) for each bin, of words and of what holds digits.

        What an engine's confidence means on one kind of its readings is drawn to what it means on all of them.
        """
        usual = log_ratios(self.tallies.get(engine))
        words, digits = (
            log_ratios_of_kind(self.tallies.get(confidence_table(engine, digits=digits, bad=bad_page)), usual)
            for digits in (False, True)
        )
        return tuple(map(exp, words)), tuple(map(exp, digits))

    def most_weights(self, engine: str, *, bad_page: bool) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
        """The most that its word may weigh by bin of confidence, of words and of what holds digits.

        Its readings of that kind prove it, or all of them; None where none was counted.
        """
        if engine not in self.tallies:
            return None
        usual = most_weights(self.tallies[engine])
        kinds = [self.tallies.get(confidence_table(engine, digits=digits, bad=bad_page)) for digits in (False, True)]
        words, digits = (usual if each is None else tuple(map(max, usual, most_weights(each))) for each in kinds)
        return words, digits
