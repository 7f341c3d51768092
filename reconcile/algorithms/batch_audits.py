"""How many values of a batch are wrong at most, where some of them were drawn by lot and read again; exact.

The draw is without replacement, so the number found follows the hypergeometric distribution, whatever read the batch
(E. Candès, A. Ilyas, T. Zrnic, "Probably Approximately Correct Labels", arXiv 2506.10908, 2025: the same of a
threshold).
"""

from __future__ import annotations

from math import ceil, exp, floor, lgamma


def find_probability(found: int, audited: int, wrong: int, size: int) -> float:
    """The probability that an audit finds at most so many wrong values.

    `wrong` of the batch's `size` are, and `audited` of them are drawn.
    """
    least, most = max(0, audited - (size - wrong)), min(found, audited, wrong)
    ways = [
        _ways(wrong, each) + _ways(size - wrong, audited - each) - _ways(size, audited)
        for each in range(least, most + 1)
    ]
    return min(1.0, sum(map(exp, ways)))


def audits_needed(size: int, at_most: float, confidence: float, wrong_share: float) -> int | None:
    """How many values of a batch to audit, to know that at most a share of it is wrong.

    The audit is expected to find the share that is wrong, rounded up. `at_most` is a share of the batch, `confidence`
    how probable the bound is to hold, whatever is true. None where so many are expected to be wrong that reading the
    whole batch would not show it. ValueError where a share is none.
    """
    if not (0 < at_most < 1 and 0 < confidence < 1 and 0 <= wrong_share <= 1):
        raise ValueError(f"A bound of {at_most} at {confidence}, with {wrong_share} wrong, is none: each is a share.")
    allowed = floor(at_most * size + ROUNDING)
    if ceil(size * wrong_share - ROUNDING) > allowed:
        return None
    too_few, enough = -1, size
    while enough - too_few > 1:
        audited = (too_few + enough) // 2
        found = ceil(audited * wrong_share - ROUNDING)
        is_enough = allowed >= size or find_probability(found, audited, allowed + 1, size) <= 1 - confidence
        too_few, enough = (too_few, audited) if is_enough else (audited, enough)
    return enough


ROUNDING = 1e-9
"""What a product of a share and a count may miss a whole number by: floats have 15 digits."""


def _ways(total: int, drawn: int) -> float:
    """The logarithm of how many ways there are to draw so many of so many."""
    return lgamma(total + 1) - lgamma(drawn + 1) - lgamma(total - drawn + 1)
