"""From shares of texts to the probability that the chosen one is right: a logistic map fitted on known truth.

The shipped map knows the circumstances of a choice; a collection's own gold bends it, and each field of it, a little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log

import numpy
from numpy.typing import NDArray

Circumstances = tuple[float, ...]
Weights = tuple[float, ...]
Numbers = NDArray[numpy.float64]

CIRCUMSTANCES = (
    "one",
    "share",  # log odds of the chosen text's share, a fifth of them
    "vote",  # the share of readings that say it
    "unanimous",
    "readings",  # log of their number
    "blanks",  # the share of sources that left it blank
    "composed",
    "words",  # log of their number
    "agreement",  # log odds that two readers of this field agree
    "unanimous of many",
    "unanimous in many words",
    "unanimous where people agree",
    "unanimous and sure",
    "share squared",
    "field's blanks",  # the share of this field's readings that are blank
)

_STIFF = 300.0
_STIFF_FIELD = 60.0
"""How firmly a collection's own fit is held to the shipped map, and each field to its collection: 100 gold items tell
the share right only to within 4 points, 5 items of one field only whether it is another matter altogether."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a field of a collection: how often two readers agree on it, and how often it is left blank."""

    agreement: float
    blanks: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """How a collection's own gold bends the shipped log odds: shift + slope x odds + the field's own shift."""

    shift: float = 0.0
    slope: float = 1.0
    fields: Mapping[str, float] = field(default_factory=dict)


def circumstances(
    *, share: float, votes: int, readings: int, blanks: int, words: int, texts: int, facts: Facts
) -> Circumstances:
    """The numbers that the probability is made from, in the order of CIRCUMSTANCES.

    Args:
        share: of the chosen text among those that may be right.
        votes: readings that say it (0: composed of the words of several).
        readings: that say anything; `blanks` say nothing.
        words: of the chosen text.
        texts: different ones read.
        facts: of its field.
    """
    bounded = min(1.0 - 1e-4, max(1e-4, share))
    odds = log(bounded / (1.0 - bounded)) / 5.0
    unanimous = float(texts == 1 and readings > 1)
    agreement = log(facts.agreement / (1.0 - facts.agreement))
    many, long = log(max(1, readings)), log(max(1, words))
    return (
        1.0,
        odds,
        votes / max(1, readings),
        unanimous,
        many,
        blanks / max(1, readings + blanks),
        float(votes == 0),
        long,
        agreement,
        unanimous * many,
        unanimous * long,
        unanimous * agreement,
        unanimous * odds,
        odds * abs(odds),
        facts.blanks,
    )


def log_odds(seen: Circumstances, weights: Weights) -> float:
    """The log odds that the chosen text is right, by a shipped map."""
    score = sum(number * weight for number, weight in zip(seen, weights, strict=True))
    return max(-12.0, min(12.0, score))


def probability(odds: float, of_field: str, own: Own) -> float:
    """The probability that the chosen text is right; never 0 or 1."""
    bent = own.shift + own.slope * odds + own.fields.get(of_field, 0.0)
    return 1.0 / (1.0 + exp(-max(-12.0, min(12.0, bent))))


def fit(told: Sequence[tuple[Circumstances, bool]], *, ridge: float = 0.5) -> Weights:
    """A shipped map: logistic regression, its weights held near zero by `ridge`."""
    numbers = numpy.array([seen for seen, _ in told], dtype=numpy.float64).reshape(len(told), len(CIRCUMSTANCES))
    right = numpy.array([float(was) for _, was in told])
    zero = numpy.zeros(len(CIRCUMSTANCES))
    return tuple(float(weight) for weight in _newton(numbers, right, zero, zero + ridge))


def fit_own(told: Sequence[tuple[float, str, bool]]) -> Own:
    """How a collection's gold bends the shipped map, from (log odds, field, right) of its gold items."""
    fields = sorted({of_field for _, of_field, _ in told})
    columns = [[1.0, odds, *(float(of_field == each) for each in fields)] for odds, of_field, _ in told]
    right = numpy.array([float(was) for _, _, was in told])
    prior = numpy.array([0.0, 1.0, *(0.0 for _ in fields)])
    stiff = numpy.array([_STIFF, _STIFF, *(_STIFF_FIELD for _ in fields)])
    bent = [float(each) for each in _newton(numpy.array(columns), right, prior, stiff)]
    return Own(shift=bent[0], slope=bent[1], fields=dict(zip(fields, bent[2:], strict=True)))


def _newton(numbers: Numbers, right: Numbers, prior: Numbers, ridge: Numbers) -> Numbers:
    """The weights of the penalised logistic likelihood's maximum."""
    weights = prior.copy()
    for _ in range(50):
        chance = 1.0 / (1.0 + numpy.exp(-numpy.clip(numbers @ weights, -30, 30)))
        gradient = numbers.T @ (right - chance) - ridge * (weights - prior)
        curve = (numbers.T * (chance * (1.0 - chance))) @ numbers + numpy.diag(ridge)
        step = numpy.linalg.solve(curve, gradient)
        weights = weights + step / max(1.0, float(numpy.abs(step).max()))
        if float(numpy.abs(step).max()) < 1e-6:
            break
    return weights
