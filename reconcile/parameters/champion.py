"""Champion and challenger: whether the model or the plain majority decides, family by family of field types.

The items of the store settle it whose truth is known: those count on which only one of the two is right (the sign test,
as in Q. McNemar, Psychometrika 12, 1947).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from reconcile.algorithms import sign_probability

Champion = Literal["model", "majority"]

MIN_CONTEST_COUNT = 100
"""Items with a known truth before majority may take the model's place, and before they tell how sure people make it.

Chosen by hand.
"""

MAX_CHANCE_PROBABILITY = 0.05
"""How often chance alone may make majority look this much better. Chosen by hand."""


def champion(tally: Mapping[str, float]) -> Champion:
    """Who decides: the model, unless majority was better on enough items. `tally` counts "items", and the items on
    which only "model" or only "majority" was right."""
    ours, theirs = round(tally.get("model", 0)), round(tally.get("majority", 0))
    if tally.get("items", 0) < MIN_CONTEST_COUNT or theirs <= ours:
        return "model"
    return "majority" if sign_probability(theirs, ours) <= MAX_CHANCE_PROBABILITY else "model"
