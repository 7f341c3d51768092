"""How probable each text of an item is: a conditional logit over its options.

D. McFadden, Conditional logit analysis of qualitative choice behavior, 1974. The weights are fitted on items of known
truth: the shipped ones on a real collection, a collection's own once it has enough gold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy
from numpy.typing import NDArray

from reconcile.collection.text_options import OPTION_FEATURES, TextOption

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
