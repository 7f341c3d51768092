"""Parameters version 0: the first fit that ships with fairhand."""

from __future__ import annotations

from transcribe.model import Parameters

RATES = {
    "machine": {
        "text": [16, 100],
        "address": [16, 100],
        "name": [12, 100],
        "code": [8, 100],
        "amount": [6, 100],
        "integer": [5, 100],
        "date": [5, 100],
    },
    "person": {
        "text": [8, 100],
        "address": [10, 100],
        "name": [5, 100],
        "code": [5, 100],
        "amount": [4, 100],
        "integer": [3, 100],
        "date": [4, 100],
    },
}
"""Share of wrong readings of filled fields, by kind of source and field type."""

SHIPPED = {
    f"{family}: {how}": [0.0, 657.0]
    for family in ("line text", "short text", "code", "amount", "date")
    for how in ("engines agree", "vouched for")
}
"""Values that two engines read alike, or that something vouched for, on typed print: (wrong, of so many)."""


def parameters() -> Parameters:
    """What weighing stands on before anything was learnt here."""
    return Parameters(version=0, content={"rates": RATES, "shipped": SHIPPED})
