"""Parameters version 0: the first fit that ships with fairhand."""

from __future__ import annotations

from transcribe.model import Parameters

KINDS = {
    "machine": {
        "text": 0.16,
        "address": 0.16,
        "name": 0.12,
        "code": 0.08,
        "amount": 0.06,
        "integer": 0.05,
        "date": 0.05,
    },
    "person": {"text": 0.08, "address": 0.1, "name": 0.05, "code": 0.05, "amount": 0.04, "integer": 0.03, "date": 0.04},
}
"""Share of wrong readings of filled fields, by kind of source and field type."""

EARNED = {"typed": [0.0, 657.0]}
"""Fields that two engines read alike on registered typed print: (wrong, of so many)."""


def parameters() -> Parameters:
    """What weighing stands on before anything was learnt here."""
    return Parameters(version=0, content={"kinds": KINDS, "earned": EARNED})
