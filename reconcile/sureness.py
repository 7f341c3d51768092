"""What an engine's confidence says: how much likelier it is to be so sure when wrong than when right."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import exp, log

STEPS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98, 0.99, 0.995)
"""Where the confidence of an engine is cut into bins; engines crowd near 1."""

USUAL = (1.5, 1.3, 1.1, 0.9, 0.6, 0.3, 0.0, -0.3, -0.6, -0.8, -1.0, -1.1, -1.2)
"""Log of P(bin | wrong) / P(bin | right) of an engine of which nothing was learnt: about Tesseract's, halved."""

WEIGHT = 6.0
"""How many wrong and how many right readings the usual meaning counts for."""


def bin_of(confidence: float) -> int:
    """Which bin a confidence falls into."""
    return bisect_right(STEPS, confidence)


def ratios(tallies: Sequence[Sequence[float]] | None) -> tuple[float, ...]:
    """Log of P(bin | wrong) / P(bin | right) for each bin, from (wrong, right) readings counted in it.

    Never rising with confidence: bins that would are pooled (pool adjacent violators, M. Ayer and others, Annals of
    Mathematical Statistics 26, 1955).
    """
    if tallies is None:
        return USUAL
    wrong, right = sum(tally[0] for tally in tallies), sum(tally[1] for tally in tallies)
    pools: list[tuple[float, float, int]] = []
    for tally, usual in zip(tallies, USUAL, strict=True):
        seen = (sum(tally) + 1.0) / (wrong + right + len(USUAL))
        pools.append((tally[0] + WEIGHT * seen * exp(usual / 2), tally[1] + WEIGHT * seen * exp(-usual / 2), 1))
        while len(pools) > 1 and pools[-1][0] * pools[-2][1] > pools[-2][0] * pools[-1][1]:
            last, before = pools.pop(), pools.pop()
            pools.append((last[0] + before[0], last[1] + before[1], last[2] + before[2]))
    all_wrong, all_right = sum(pool[0] for pool in pools), sum(pool[1] for pool in pools)
    return tuple(log(pool[0] / all_wrong) - log(pool[1] / all_right) for pool in pools for _ in range(pool[2]))
