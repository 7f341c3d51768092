"""From shares of texts to the probability that the chosen one is right: a logistic map fitted on known truth."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

import numpy

Circumstances = tuple[float, ...]
Weights = tuple[float, ...]

CIRCUMSTANCES = (
    "one",
    "share",  # log odds of the chosen text's share
    "vote",  # the share of readings that say it
    "unanimous",
    "readings",  # log of their number
    "blanks",  # the share of sources that left it blank
    "composed",
    "words",  # log of their number
)


def circumstances(*, share: float, votes: int, readings: int, blanks: int, words: int, texts: int) -> Circumstances:
    """The numbers that the probability is made from, in the order of CIRCUMSTANCES.

    Args:
        share: of the chosen text among those that may be right.
        votes: readings that say it (0: composed of the words of several).
        readings: that say anything; `blanks` say nothing.
        words: of the chosen text.
        texts: different ones read.
    """
    bounded = min(1.0 - 1e-4, max(1e-4, share))
    return (
        1.0,
        log(bounded / (1.0 - bounded)) / 5.0,
        votes / max(1, readings),
        float(texts == 1 and readings > 1),
        log(max(1, readings)),
        blanks / max(1, readings + blanks),
        float(votes == 0),
        log(max(1, words)),
    )


def probability(seen: Circumstances, weights: Weights) -> float:
    """The probability that the chosen text is right; never 0 or 1."""
    score = sum(number * weight for number, weight in zip(seen, weights, strict=True))
    return 1.0 / (1.0 + exp(-max(-12.0, min(12.0, score))))


def fit(told: Sequence[tuple[Circumstances, bool]], *, around: Weights | None = None, ridge: float = 0.5) -> Weights:
    """Logistic regression by Newton's method, its weights held near `around` (zero if none) by `ridge`."""
    prior = numpy.zeros(len(CIRCUMSTANCES)) if around is None else numpy.array(around)
    numbers = numpy.array([seen for seen, _ in told], dtype=numpy.float64).reshape(len(told), len(CIRCUMSTANCES))
    right = numpy.array([float(was) for _, was in told])
    weights = prior.copy()
    for _ in range(50):
        chance = 1.0 / (1.0 + numpy.exp(-numpy.clip(numbers @ weights, -30, 30)))
        gradient = numbers.T @ (right - chance) - ridge * (weights - prior)
        curve = (numbers.T * (chance * (1.0 - chance))) @ numbers + ridge * numpy.eye(len(CIRCUMSTANCES))
        step = numpy.linalg.solve(curve, gradient)
        weights = weights + step / max(1.0, float(numpy.abs(step).max()))
        if float(numpy.abs(step).max()) < 1e-6:
            break
    return tuple(float(weight) for weight in weights)
