"""The probability that a chosen text is right: a logistic map of the choice's features, fitted on known truth.

One map for each family ships. A collection's own gold corrects it, for the collection and for each of its fields.
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
"""A weight for each of CHOICE_FEATURES."""

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
"""The features fitted in each family; the weights of the others are 0.

More features fit one collection and not the next: a text then seemed less probable the more people wrote it alike.
"""

_MAX_LOG_ODDS = 12.0
"""The log odds that no probability exceeds, so that none is 0 or 1. Chosen by hand."""

_MAX_TEXT_LOG_ODDS = 4.0
"""The log odds that no text exceeds by the shipped map (0.982): too few had more to tell how often they are right."""

_RIDGES = (1000.0, 300.0, 100.0, 30.0, 10.0, 3.0)
"""How strongly a collection's own fit may be held to the shipped map, strongest first.

Where the shipped map is right, gold only adds chance (100 items tell a share to within 4 points). Where it is wrong,
100 items held too strongly correct nothing. On cards that the shipped map had not seen, its calibration error stayed at
.023 with 100 gold items; it was .032 where the ridge of most evidence was taken. On other sets it fell by up to two
thirds.
"""

_FIELD_RIDGE_SHARE = 0.2
"""How strongly each field is held to its collection, as a share of the collection's ridge. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCalibration:
    """The correction of the shipped log odds by a collection's own gold.

    The corrected log odds are shift + slope x log odds + the field's own shift.
    """

    shift: float = 0.0
    slope: float = 1.0
    fields: Mapping[str, float] = field(default_factory=dict)


def shipped_log_odds(features: ChoiceFeatures, weights: CalibrationWeights, family: TextFamily) -> float:
    """The log odds that a chosen text is right, by the shipped map of its family."""
    score = sum(number * weight for number, weight in zip(features, weights, strict=True))
    return max(-_MAX_LOG_ODDS, min(_MAX_LOG_ODDS if family == "typed" else _MAX_TEXT_LOG_ODDS, score))


def probability(log_odds: float, field_name: str, own: OwnCalibration) -> float:
    """The probability that a chosen text is right, from its shipped log odds; never 0 or 1."""
    corrected = own.shift + own.slope * log_odds + own.fields.get(field_name, 0.0)
    return 1.0 / (1.0 + exp(-max(-_MAX_LOG_ODDS, min(_MAX_LOG_ODDS, corrected))))


def fit_calibration(
    examples: Sequence[tuple[ChoiceFeatures, bool]], family: TextFamily, *, ridge: float = 0.5
) -> CalibrationWeights:
    """The shipped map of a family, from (features, right): logistic regression on its FITTED_FEATURES.

    `ridge` holds the weights near zero.
    """
    fitted = [place for place, name in enumerate(CHOICE_FEATURES) if name in FITTED_FEATURES[family]]
    inputs = numpy.array([[features[place] for place in fitted] for features, _ in examples], dtype=numpy.float64)
    outcomes = numpy.array([float(right) for _, right in examples])
    zero = numpy.zeros(len(fitted))
    weights = dict(zip(fitted, fit_logistic(inputs, outcomes, zero, zero + ridge), strict=True))
    return tuple(float(weights.get(place, 0.0)) for place in range(len(CHOICE_FEATURES)))


def fit_own_calibration(examples: Sequence[tuple[float, str, bool]]) -> OwnCalibration:
    """The correction of the shipped map, from (log odds, field, right) of a collection's gold items.

    The gold itself decides how far it corrects (`fit_strongest_ridge`); in doubt the shipped map stands.
    """
    fields = sorted({name for _, name, _ in examples})
    inputs = numpy.array([[1.0, odds, *(float(name == field) for field in fields)] for odds, name, _ in examples])
    outcomes = numpy.array([float(right) for _, _, right in examples])
    prior = numpy.array([0.0, 1.0, *(0.0 for _ in fields)])
    ridges = [numpy.array([ridge, ridge, *(_FIELD_RIDGE_SHARE * ridge for _ in fields)]) for ridge in _RIDGES]
    shift, slope, *shifts = [float(weight) for weight in fit_strongest_ridge(inputs, outcomes, prior, ridges)]
    return OwnCalibration(shift=shift, slope=slope, fields=dict(zip(fields, shifts, strict=True)))
