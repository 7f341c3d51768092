"""How sure a counted share is: Wilson's score interval."""

from __future__ import annotations

from math import sqrt

TWO_SIDED = 1.96
"""The normal quantile of an interval that holds the true share 19 times in 20."""


def wilson(some: float, of: float, quantile: float = TWO_SIDED) -> tuple[float, float]:
    """Between which shares the true one lies, where `some` of `of` were counted; (0, 1) where nothing was.

    E. B. Wilson, Probable inference, Journal of the American Statistical Association 22, 1927.
    """
    if of <= 0:
        return 0.0, 1.0
    share, square = some / of, quantile * quantile
    middle = (share + square / (2 * of)) / (1 + square / of)
    spread = quantile * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, min(share, middle - spread)), min(1.0, max(share, middle + spread))
