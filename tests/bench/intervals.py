"""A share as the tables of the benchmarks show it: what a figure may be off by."""

from __future__ import annotations

from reconcile.measure import Share


def said(hits: int, count: int) -> str:
    """A share with its interval: "97.1 % [96.2, 97.9] of 1200"."""
    return str(Share(hits, count))
