"""Figures as the tables of the benchmarks show them: with what they may be off by."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from reconcile.algorithms.metrics import BIN_COUNT, Forecast, Share, calibration_error

DRAWS = 200
"""So many times it is drawn which values are right, for the error that chance alone makes."""


class Chance(NamedTuple):
    """The calibration error that as many values show by chance where each stated probability is exactly right: on
    average, and what it exceeds once in twenty draws."""

    mean: float
    rare: float


def said(hits: int, count: int) -> str:
    """A share with its interval: "97.1 % [96.2, 97.9] of 1200"."""
    return str(Share(hits, count))


def by_chance(told: Sequence[Forecast], bins: int = BIN_COUNT) -> Chance:
    """What the calibration error of so many values is by chance alone."""
    lot = random.Random(1)
    drawn = sorted(calibration_error([(each, lot.random() < each) for each, _ in told], bins) for _ in range(DRAWS))
    return Chance(sum(drawn) / DRAWS, drawn[DRAWS * 19 // 20])


def brier(stated: Sequence[Forecast]) -> float:
    """The mean square of what is between a probability and what was (G. W. Brier, Monthly Weather Review, 1950)."""
    return sum((probability - right) ** 2 for probability, right in stated) / len(stated)


def paired_difference(groups: Sequence[tuple[int, int, int]], draws: int = 2000) -> tuple[float, float, float]:
    """What the first share has over the second, and its 95 % interval by drawing groups anew.

    Each group is (hits of the first, hits of the second, count): of one photograph, whose fields go wrong together.
    """
    lot = random.Random(1)

    def over(some: Sequence[tuple[int, int, int]]) -> float:
        count = sum(each[2] for each in some)
        return sum(each[0] - each[1] for each in some) / count if count else 0.0

    drawn = sorted(over(lot.choices(groups, k=len(groups))) for _ in range(draws)) if groups else [0.0]
    return over(groups), drawn[len(drawn) // 40], drawn[-1 - len(drawn) // 40]
