"""Logistic regression that is held to what was believed before, and how firmly it should be.

The penalised likelihood is concave: Newton's method finds its maximum. How firmly a fit is held to the beliefs is told
by the data themselves, by the marginal likelihood of each firmness (D. J. C. MacKay, Bayesian interpolation, Neural
Computation 4, 1992), by Laplace's method.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy
from numpy.typing import NDArray

Numbers = NDArray[numpy.float64]

MAX_NEWTON_STEPS = 50
CONVERGED_STEP = 1e-6
"""Newton steps, each halved while it does not help; most fits stand still after five."""

MIN_STEP_FRACTION = 1e-3
"""A step is not halved below so much of it."""

MAX_EVIDENCE_LOSS_NATS = 2.0
"""The firmest fit is taken whose evidence is at most so much below the best one's: less says hardly anything (R. E.
Kass, A. E. Raftery, Bayes factors, JASA 90, 1995)."""


def fit_logistic(inputs: Numbers, outcomes: Numbers, prior: Numbers, ridge: Numbers) -> Numbers:
    """The weights of the greatest likelihood less half the sum of ridge x (weight - believed)^2.

    Args:
        inputs: a row an observation, a column a weight.
        right: 1 where it was so, 0 where not.
        believed: the weights believed before.
        ridge: how firmly, weight by weight: one over its variance.
    """
    weights = prior.copy()
    for _ in range(MAX_NEWTON_STEPS):
        chance = 1.0 / (1.0 + numpy.exp(-numpy.clip(inputs @ weights, -30, 30)))
        slope = inputs.T @ (chance - outcomes) + ridge * (weights - prior)
        step = numpy.linalg.solve(_hessian(inputs, chance, ridge), slope)
        size, here = 1.0, _penalised_loss(inputs, outcomes, prior, ridge, weights)
        while (
            _penalised_loss(inputs, outcomes, prior, ridge, weights - size * step) > here and size > MIN_STEP_FRACTION
        ):
            size /= 2
        weights = weights - size * step
        if float(numpy.abs(step).max()) < CONVERGED_STEP:
            break
    return weights


def fit_strongest_ridge(inputs: Numbers, outcomes: Numbers, prior: Numbers, ridges: Sequence[Numbers]) -> Numbers:
    """The weights under the firmest ridge (they are given firmest first) that the data do not speak against."""
    fits = [fit_logistic(inputs, outcomes, prior, ridge) for ridge in ridges]
    evidences = [
        log_evidence(inputs, outcomes, prior, ridge, weights) for ridge, weights in zip(ridges, fits, strict=True)
    ]
    enough = max(evidences) - MAX_EVIDENCE_LOSS_NATS
    return next(weights for each, weights in zip(evidences, fits, strict=True) if each >= enough)


def log_evidence(inputs: Numbers, outcomes: Numbers, prior: Numbers, ridge: Numbers, weights: Numbers) -> float:
    """The log marginal likelihood of a ridge, around its weights of greatest likelihood."""
    chance = 1.0 / (1.0 + numpy.exp(-numpy.clip(inputs @ weights, -30, 30)))
    sizes = float(numpy.log(ridge).sum()) - float(numpy.linalg.slogdet(_hessian(inputs, chance, ridge))[1])
    return 0.5 * sizes - _penalised_loss(inputs, outcomes, prior, ridge, weights)


def _hessian(inputs: Numbers, probabilities: Numbers, ridge: Numbers) -> Numbers:
    found: Numbers = (inputs.T * (probabilities * (1.0 - probabilities))) @ inputs + numpy.diag(ridge)
    return found


def _penalised_loss(inputs: Numbers, outcomes: Numbers, prior: Numbers, ridge: Numbers, weights: Numbers) -> float:
    """The negative log likelihood with the ridge: what the fit makes least."""
    margin, away = inputs @ weights, weights - prior
    return float(numpy.logaddexp(0.0, margin).sum() - outcomes @ margin + 0.5 * away @ (ridge * away))
