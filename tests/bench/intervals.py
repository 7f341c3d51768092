"""Intervals of a share: what a benchmark's figure may be off by."""

from __future__ import annotations

from math import sqrt


def wilson(hits: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share, by Wilson's score method.

    Source: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 22 (1927), 209.
    """
    if not count:
        return 0.0, 1.0
    share = hits / count
    middle = share + z * z / (2 * count)
    spread = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    below, above = (middle - spread) / (1 + z * z / count), (middle + spread) / (1 + z * z / count)
    return max(0.0, below), min(1.0, above)


def said(hits: int, count: int) -> str:
    """A share with its interval, as a table shows it: "97.1 % [96.2, 97.9] of 1200"."""
    if not count:
        return "none"
    below, above = wilson(hits, count)
    return f"{100 * hits / count:.1f} % [{100 * below:.1f}, {100 * above:.1f}] of {count}"
