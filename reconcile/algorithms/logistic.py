"""Logistic regression with a prior on its weights, and the choice of how strong that prior should be.

The penalised likelihood is concave, so Newton's method finds its maximum. The data choose the strength of the prior by
the marginal likelihood, approximated by Laplace's method (D. J. C. MacKay, Bayesian interpolation, Neural Computation
4, 1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from transcribe.lean_imports import later

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.float64]
else:
    numpy = later("numpy")

MAX_NEWTON_STEPS = 50
"""The most Newton steps of a fit; most fits stand still after five."""

CONVERGED_STEP = 1e-6
"""A fit ends with the step in which no weight changes by more than this. Chosen by hand."""

MIN_STEP_FRACTION = 1e-3
"""A Newton step that does not lower the loss is halved, down to this fraction of it. Chosen by hand."""

MAX_EVIDENCE_LOSS_NATS = 2.0
"""The strongest ridge is taken whose log evidence is at most this far below the best one's.

A smaller difference is hardly worth mentioning (R. E. Kass, A. E. Raftery, Bayes factors, JASA 90, 1995).
"""


def fit_logistic(inputs: Numbers, outcomes: Numbers, prior: Numbers, ridge: Numbers) -> Numbers:
    """The weights that maximise the log likelihood less half the sum of ridge x (weight - prior)^2.

    Args:
        inputs: one row an observation, one column a weight.
        outcomes: 1 or 0 for each observation.
        prior: the mean of each weight before the data.
        ridge: the precision of each weight before the data: one over its variance.
    """
    weights = prior.copy()
    for _ in range(MAX_NEWTON_STEPS):
        probabilities = _probabilities(inputs, weights)
        slope = inputs.T @ (probabilities - outcomes) + ridge * (weights - prior)
        step = numpy.linalg.solve(_hessian(inputs, probabilities, ridge), slope)
        fraction, loss = 1.0, _penalised_loss(inputs, outcomes, prior, ridge, weights)
        while (
            _penalised_loss(inputs, outcomes, prior, ridge, weights - fraction * step) > loss
            and fraction > MIN_STEP_FRACTION
        ):
            fraction /= 2
        weights = weights - fraction * step
        if float(numpy.abs(step).max()) < CONVERGED_STEP:
            break
    return weights


def fit_strongest_ridge(inputs: Numbers, outcomes: Numbers, prior: Numbers, ridges: Sequence[Numbers]) -> Numbers:
    """The weights under the first of `ridges`, given strongest first, that the data do not speak against.

    Its log evidence is at most MAX_EVIDENCE_LOSS_NATS below that of the best ridge.
    """
    fits = [fit_logistic(inputs, outcomes, prior, ridge) for ridge in ridges]
    evidences = [
        log_evidence(inputs, outcomes, prior, ridge, weights) for ridge, weights in zip(ridges, fits, strict=True)
    ]
    enough = max(evidences) - MAX_EVIDENCE_LOSS_NATS
    return next(weights for evidence, weights in zip(evidences, fits, strict=True) if evidence >= enough)


def log_evidence(inputs: Numbers, outcomes: Numbers, prior: Numbers, ridge: Numbers, weights: Numbers) -> float:
    """The log marginal likelihood of a ridge, around the weights that `fit_logistic` gives under it."""
    hessian = _hessian(inputs, _probabilities(inputs, weights), ridge)
    log_volume = float(numpy.log(ridge).sum()) - float(numpy.linalg.slogdet(hessian)[1])
    return 0.5 * log_volume - _penalised_loss(inputs, outcomes, prior, ridge, weights)


def _probabilities(inputs: Numbers, weights: Numbers) -> Numbers:
    """The probability of outcome 1 for each observation; log odds are clipped to 30 either way."""
    logistic: Numbers = 1.0 / (1.0 + numpy.exp(-numpy.clip(inputs @ weights, -30, 30)))
    return logistic


def _hessian(inputs: Numbers, probabilities: Numbers, ridge: Numbers) -> Numbers:
    """The second derivatives of the penalised loss, a square matrix with a row a weight."""
    hessian: Numbers = (inputs.T * (probabilities * (1.0 - probabilities))) @ inputs + numpy.diag(ridge)
    return hessian


def _penalised_loss(inputs: Numbers, outcomes: Numbers, prior: Numbers, ridge: Numbers, weights: Numbers) -> float:
    """The negative log likelihood with the ridge's penalty, which a fit minimises."""
    log_odds, away = inputs @ weights, weights - prior
    return float(numpy.logaddexp(0.0, log_odds).sum() - outcomes @ log_odds + 0.5 * away @ (ridge * away))
