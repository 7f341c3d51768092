"""How sources read beside being right or wrong: habits, conventions, unrelated errors, errors that all share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconcile.algorithms import Tally
from reconcile.parameters.shrinkage import RARE_WEIGHT_COUNT, USUAL_WEIGHT_COUNT, shrunk
from reconcile.parameters.source_phrases import NO_PHRASES, Phrases, TalliesByPhrase

PRIOR_UNRELATED_SHARE = {"machine": 0.05, "person": 0.25, "expert": 0.1}
"""The share of a source's errors that have nothing to do with what is written (another line, another field)."""

PRIOR_FOLLOW_RATE = {"machine": 0.6, "person": 0.3, "expert": 0.15}
"""The share of damaged places that a source misreads as others do, before learning."""

PRIOR_HABIT_SHARE = {"accents": 0.05, "swap": 0.03}
"""How often a person drops accents, or swaps day and month, before learning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHabits:
    """(count, total) by source: habits followed, unrelated errors, conventions; and by kind, errors followed."""

    habits: Mapping[str, Mapping[str, Tally]]
    unrelated: Mapping[str, Tally]
    conventions: Mapping[str, TalliesByPhrase]
    follows: Mapping[str, Tally]

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> SourceHabits:
        """The habits of stored parameters: `habits`, `unrelated`, `conventions` and `follows`."""
        return cls(
            habits=content.get("habits", {}),
            unrelated=content.get("unrelated", {}),
            conventions=content.get("conventions", {}),
            follows=content.get("follows", {}),
        )

    def habit(self, source: str, name: str) -> float:
        """How often this source follows a habit ("accents", "swap") where it would show."""
        return shrunk(self.habits.get(source, {}).get(name), PRIOR_HABIT_SHARE[name], RARE_WEIGHT_COUNT)

    def unrelated_share(self, source: str, kind: str) -> float:
        """The share of this source's errors that have nothing to do with what is written."""
        return shrunk(self.unrelated.get(source), PRIOR_UNRELATED_SHARE[kind], RARE_WEIGHT_COUNT)

    def follow_rate(self, kind: str) -> float:
        """How often a source of this kind takes a damaged place for what it looks like to everybody."""
        return shrunk(self.follows.get(kind), PRIOR_FOLLOW_RATE[kind], USUAL_WEIGHT_COUNT)

    def phrases(self, source: str) -> Phrases:
        """The conventions of this source."""
        tree = self.conventions.get(source)
        return Phrases(tree) if tree else NO_PHRASES
