"""Which text is right: a conditional logit over the texts that an item may say.

D. McFadden, Conditional logit analysis of qualitative choice behavior, 1974. Its weights are fitted on items whose
truth is known: shipped ones on a real collection, a collection's own once it has enough gold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy
from numpy.typing import NDArray

from reconcile.collection.text_options import OPTION_FEATURES, TextOption

ChoiceWeights = tuple[float, ...]
Numbers = NDArray[numpy.float64]


def option_probabilities(options: Sequence[TextOption], weights: ChoiceWeights) -> list[float]:
    """The probability of each option if one of them is right; they sum to 1."""
    return [float(share) for share in _softmax(_matrix(options) @ numpy.array(weights))]


def fit_choice(
    examples: Sequence[tuple[Sequence[TextOption], int]],
    *,
    prior_weights: ChoiceWeights | None = None,
    ridge: float = 1.0,
) -> ChoiceWeights:
    """Weights that make the right options probable.

    Args:
        told: items with two options or more, and the place of the right one.
        around: weights believed before (zero if none): fitted ones stay near them.
        ridge: how strongly; one over the variance of a weight around its prior.

    Newton's method on the concave penalised likelihood.
    """
    prior = numpy.zeros(len(OPTION_FEATURES)) if prior_weights is None else numpy.array(prior_weights)
    weights = prior.copy()
    matrices = [(_matrix(options), place) for options, place in examples]
    for _ in range(50):
        gradient = -ridge * (weights - prior)
        curve = ridge * numpy.eye(len(OPTION_FEATURES))
        for matrix, place in matrices:
            share = _softmax(matrix @ weights)
            mean = share @ matrix
            gradient += matrix[place] - mean
            curve += (matrix * share[:, None]).T @ matrix - numpy.outer(mean, mean)
        step = numpy.linalg.solve(curve, gradient)
        weights = weights + step / max(1.0, float(numpy.abs(step).max()))
        if float(numpy.abs(step).max()) < 1e-6:
            break
    return tuple(float(weight) for weight in weights)


def _matrix(options: Sequence[TextOption]) -> Numbers:
    return numpy.array([option.features for option in options], dtype=numpy.float64)


def _softmax(scores: Numbers) -> Numbers:
    raised = numpy.exp(scores - scores.max())
    result: Numbers = raised / raised.sum()
    return result
