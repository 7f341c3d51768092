"""The probability that a chosen text is right: a logistic map of the choice's features, fitted on known truth.

One map for each family ships. A collection's own gold corrects it, for the collection and for each of its fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp

import numpy
from numpy.typing import NDArray

from reconcile.algorithms import fit_logistic, fit_strongest_ridge
from reconcile.collection.source_standing import TextFamily
from reconcile.collection.text_options import CHOICE_FEATURES, OPTION_FEATURES, ChoiceFeatures, TextOption

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


# How probable each text of an item is: a conditional logit over its options.
#
# D. McFadden, Conditional logit analysis of qualitative choice behavior, 1974. The weights are fitted on items of
# known truth: the shipped ones on a real collection, a collection's own once it has enough gold.

ChoiceWeights = tuple[float, ...]
"""A weight for each of OPTION_FEATURES."""

Numbers = NDArray[numpy.float64]

_MAX_NEWTON_STEPS = 50
"""The most Newton steps of a fit. Chosen by hand."""

_CONVERGED_STEP = 1e-6
"""A fit ends with the step in which no weight changes by more than this. Chosen by hand."""


def option_probabilities(options: Sequence[TextOption], weights: ChoiceWeights) -> list[float]:
    """The probability of each option if one of them is right; they sum to 1."""
    return [float(share) for share in _softmax(_matrix(options) @ numpy.array(weights))]


def fit_choice(
    examples: Sequence[tuple[Sequence[TextOption], int]],
    *,
    prior_weights: ChoiceWeights | None = None,
    ridge: float = 1.0,
) -> ChoiceWeights:
    """The weights that make the right options probable, by Newton's method on the concave penalised likelihood.

    Args:
        examples: the options of an item, two or more, and the place of the right one.
        prior_weights: the mean of each weight before the data; zeros if None.
        ridge: the precision of each weight before the data: one over its variance.
    """
    prior = numpy.zeros(len(OPTION_FEATURES)) if prior_weights is None else numpy.array(prior_weights)
    weights = prior.copy()
    matrices = [(_matrix(options), place) for options, place in examples]
    for _ in range(_MAX_NEWTON_STEPS):
        gradient = -ridge * (weights - prior)
        hessian = ridge * numpy.eye(len(OPTION_FEATURES))
        for matrix, place in matrices:
            share = _softmax(matrix @ weights)
            mean = share @ matrix
            gradient += matrix[place] - mean
            hessian += (matrix * share[:, None]).T @ matrix - numpy.outer(mean, mean)
        step = numpy.linalg.solve(hessian, gradient)
        weights = weights + step / max(1.0, float(numpy.abs(step).max()))
        if float(numpy.abs(step).max()) < _CONVERGED_STEP:
            break
    return tuple(float(weight) for weight in weights)


def _matrix(options: Sequence[TextOption]) -> Numbers:
    return numpy.array([option.features for option in options], dtype=numpy.float64)


def _softmax(scores: Numbers) -> Numbers:
    raised = numpy.exp(scores - scores.max())
    result: Numbers = raised / raised.sum()
    return result


# Shipped weights of the choice and of its probability, as `python -m tests.bench.fit_collection` prints them.

CHOICE_WEIGHTS: ChoiceWeights = (
    0.935,
    0.062,
    0.434,
    -0.58,
    -0.165,
    -0.523,
    -0.138,
    0.424,
    -1.005,
    0.961,
    -0.174,
    1.112,
    0.123,
    0.129,
    -1.15,
)
"""The weight of each feature of the choice, in the order of `OPTION_FEATURES`."""

CALIBRATION_WEIGHTS: dict[TextFamily, CalibrationWeights] = {
    "line text": (
        -2.761,
        1.306,
        3.888,
        0.81,
        1.976,
        0.354,
        -0.984,
        0.348,
        0.834,
        0.0,
        -1.824,
        -0.164,
        0.942,
        -0.342,
        -0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        -0.445,
        -0.476,
        0.168,
        0.066,
    ),
    "short text": (
        0.254,
        3.657,
        1.16,
        -1.653,
        -0.04,
        -0.17,
        -0.741,
        -0.872,
        -0.19,
        0.0,
        0.807,
        0.769,
        0.641,
        -1.87,
        -2.317,
        -0.133,
        0.089,
        -0.193,
        1.023,
        0.0,
        0.0,
        0.0,
        0.0,
    ),
    "typed": (
        -3.143,
        2.921,
        1.986,
        -0.14,
        1.923,
        0.36,
        0.0,
        0.0,
        0.338,
        1.628,
        0.0,
        0.056,
        -0.257,
        -0.534,
        -0.097,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
    ),
}
"""The weights of the choice's probability, for each family of texts."""
