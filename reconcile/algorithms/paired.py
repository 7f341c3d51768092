"""Tests of two ways of doing the same thing, over the same items: whether one is worse beyond chance; or of one."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

EXACT_FLIP_COUNT = 12
"""Up to so many differences every way of flipping their signs is tried: 4,096 ways."""

DRAWN_FLIP_COUNT = 4000
"""Of more differences so many ways are drawn: a probability of 0.05 is then off by 0.007 at most, 19 times in 20."""

FLIP_SEED = 1937
"""Begins the draws, so that the same differences give the same probability for ever. Chosen by hand."""


def flip_probability(differences: Sequence[float]) -> float:
    """How often chance makes the sum at least as large, where each difference may as well have the other sign.

    The paired test by randomisation (R. A. Fisher, The Design of Experiments, 1935; E. J. G. Pitman, Supplement to the
    Journal of the Royal Statistical Society 4, 1937). It supposes no distribution, and rare large differences, as those
    of a log loss are, do not mislead it. 1 where nothing differs.
    """
    import numpy

    apart = numpy.array([each for each in differences if each != 0.0])
    if apart.size == 0:
        return 1.0
    if apart.size <= EXACT_FLIP_COUNT:
        ways = numpy.arange(2**apart.size)[:, None] >> numpy.arange(apart.size) & 1
    else:
        ways = numpy.random.default_rng(FLIP_SEED).integers(0, 2, (DRAWN_FLIP_COUNT, apart.size))
    sums = (2 * ways - 1) @ apart
    slack = 1e-9 * float(numpy.abs(apart).sum())
    return float((sums >= apart.sum() - slack).mean())


def sign_probability(more: int, fewer: int) -> float:
    """How often chance alone gives so many items to one side, of those on which both differ.

    The sign test on paired items (Q. McNemar, Psychometrika 12, 1947), exact. 1 where they never differ.
    """
    apart = more + fewer
    return float(sum(comb(apart, each) for each in range(more, apart + 1)) / 2**apart)


def count_probability(count: int, probabilities: Sequence[float]) -> float:
    """How often at least so many of these independent events happen, each with its own probability.

    The upper tail of the Poisson binomial distribution, exact. 1 for a count of 0.
    """
    import numpy

    of_count = numpy.zeros(len(probabilities) + 1)
    of_count[0] = 1.0
    for probability in probabilities:
        of_count[1:] = of_count[1:] * (1.0 - probability) + of_count[:-1] * probability
        of_count[0] *= 1.0 - probability
    return float(min(1.0, of_count[count:].sum()))
