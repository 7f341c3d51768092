"""Champion and challenger: the model stands beside the plain majority, family by family, and has to win.

What a store has seen settles it: on items whose truth is known, those count on which only one of the two is right (the
sign test, as in Q. McNemar, Psychometrika 12, 1947).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import comb
from typing import Literal

from reconcile.inference.votes import Vote

Champion = Literal["model", "majority"]

ENOUGH = 100
"""Items with a known truth before majority may take the model's place, and before it tells how sure people make it."""

DOUBT = 0.05
"""How often chance alone may make majority look this much better."""


def majority(votes: Iterable[Vote]) -> str | None:
    """What most independent sources say, each counting one; None where none is in front."""
    counts = Counter(vote.says for vote in votes if vote.shown is None and vote.null is None)
    front = counts.most_common(2)
    if not front or (len(front) == 2 and front[0][1] == front[1][1]):
        return None
    return front[0][0]


def champion(tally: Mapping[str, float]) -> Champion:
    """Who decides: the model, unless majority was better on enough items. `tally` counts "items", and the items on
    which only "model" or only "majority" was right."""
    ours, theirs = round(tally.get("model", 0)), round(tally.get("majority", 0))
    if tally.get("items", 0) < ENOUGH or theirs <= ours:
        return "model"
    apart = ours + theirs
    by_chance = sum(comb(apart, wins) for wins in range(theirs, apart + 1)) / 2**apart
    return "majority" if by_chance <= DOUBT else "model"
