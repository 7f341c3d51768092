"""From shares of texts to the probability that the chosen one is right: a logistic map fitted on known truth.

The shipped map knows the circumstances of a choice; a collection's own gold bends it, and each field of it, a little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp

import numpy

from reconcile.algorithms import fit_logistic, fit_strongest_ridge
from reconcile.collection.choice_features import CHOICE_FEATURES, ChoiceFeatures
from reconcile.collection.comparable_texts import TextFamily

CalibrationWeights = tuple[float, ...]

_COMMON_FEATURES = CHOICE_FEATURES[: CHOICE_FEATURES.index("agreement squared")]
_TEXT_FEATURES = tuple(name for name in _COMMON_FEATURES if name != "unanimous of many")
FITTED_FEATURES: Mapping[TextFamily, tuple[str, ...]] = {
    "line text": (*_TEXT_FEATURES, "places", "some alike", "some alike and sure", "sure of many"),
    "short text": (
        *_TEXT_FEATURES,
        *("agreement squared", "unanimous by agreement squared", "alone", "alone where people agree"),
    ),
    "typed": _COMMON_FEATURES,
}
"""What is fitted in each family; the weights of the rest are 0. More than this fits one collection and not the next: of
texts, that they were the less probable the more people wrote them alike."""

_MAX_LOG_ODDS = 12.0
_MAX_TEXT_LOG_ODDS = 4.0
"""Log odds that no choice exceeds: of texts given more than 0.982 there were too few to tell what it means."""

_RIDGES = (1000.0, 300.0, 100.0, 30.0, 10.0, 3.0)
_FIELD_RIDGE_SHARE = 0.2
"""How firmly a collection's own fit may be held to the shipped map, and each field to its collection, as a part of it:
where the shipped map is right, gold only adds chance (100 items tell a share to within 4 points); where it is not, 100
items held too firmly mend nothing. On cards that the shipped map had not seen its calibration error stayed at .023 with
100 gold items (.032 where the fit of most evidence was taken), and on other sets it fell by up to two thirds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCalibration:
    """How a collection's own gold bends the shipped log odds: shift + slope x odds + the field's own shift."""

    shift: float = 0.0
    slope: float = 1.0
    fields: Mapping[str, float] = field(default_factory=dict)


def shipped_log_odds(features: ChoiceFeatures, weights: CalibrationWeights, family: TextFamily) -> float:
    """The log odds that the chosen text is right, by the shipped map of its family."""
    score = sum(number * weight for number, weight in zip(features, weights, strict=True))
    return max(-_MAX_LOG_ODDS, min(_MAX_LOG_ODDS if family == "typed" else _MAX_TEXT_LOG_ODDS, score))


def probability(log_odds: float, field_name: str, own: OwnCalibration) -> float:
    """The probability that the chosen text is right; never 0 or 1."""
    bent = own.shift + own.slope * log_odds + own.fields.get(field_name, 0.0)
    return 1.0 / (1.0 + exp(-max(-_MAX_LOG_ODDS, min(_MAX_LOG_ODDS, bent))))


def fit_calibration(
    examples: Sequence[tuple[ChoiceFeatures, bool]], family: TextFamily, *, ridge: float = 0.5
) -> CalibrationWeights:
    """The shipped map of a family: logistic regression on what is LOOKED_AT, held near zero by `ridge`."""
    used = [place for place, name in enumerate(CHOICE_FEATURES) if name in FITTED_FEATURES[family]]
    numbers = numpy.array([[seen[place] for place in used] for seen, _ in examples], dtype=numpy.float64)
    right = numpy.array([float(was) for _, was in examples])
    zero = numpy.zeros(len(used))
    found = dict(zip(used, fit_logistic(numbers, right, zero, zero + ridge), strict=True))
    return tuple(float(found.get(place, 0.0)) for place in range(len(CHOICE_FEATURES)))


def fit_own_calibration(examples: Sequence[tuple[float, str, bool]]) -> OwnCalibration:
    """How a collection's gold bends the shipped map, from (log odds, field, right) of its gold items.

    How far it may the gold itself tells (`logistic.firmest`); in doubt what ships stands.
    """
    fields = sorted({of_field for _, of_field, _ in examples})
    numbers = numpy.array(
        [[1.0, odds, *(float(of_field == each) for each in fields)] for odds, of_field, _ in examples]
    )
    right = numpy.array([float(was) for _, _, was in examples])
    prior = numpy.array([0.0, 1.0, *(0.0 for _ in fields)])
    ridges = [numpy.array([stiff, stiff, *(_FIELD_RIDGE_SHARE * stiff for _ in fields)]) for stiff in _RIDGES]
    bent = [float(each) for each in fit_strongest_ridge(numbers, right, prior, ridges)]
    return OwnCalibration(shift=bent[0], slope=bent[1], fields=dict(zip(fields, bent[2:], strict=True)))
