"""How often machines alone were wrong in each situation, and what share right is proven of them there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconcile.algorithms import Tally, lower_bound, upper_bound

MIN_PROVING_COUNT = 3000
"""From so many audited values on, nothing that shipped counts any more.

They prove 0.995 where three in a thousand are wrong, which is what two engines leave. With fewer the right could only
be lost by chance, so until then it stands on what shipped unless they disprove it.
"""

NOTHING: Tally = (0.0, 0.0)
"""No value wrong, of none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineRecord:
    """What machines that decide alone came to, by situation (see `Circumstances.situation`)."""

    tallies: Mapping[str, Tally]
    """(wrong, of so many). What shipped counts beside the store's own audits for what these leave to be known."""

    earned: Mapping[str, float]
    """The share right as far as it is proven, here or where the shipped fit was made.

    Less where the store's own audits show that it cannot be so much.
    """

    audited: frozenset[str]
    """The situations of which something was audited in this store."""

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> MachineRecord:
        """The record of stored parameters: `shipped`, `audited`, and `proven`, the tallies that once reached the target
        here."""
        shipped, audited, proven = (content.get(name, {}) for name in ("shipped", "audited", "proven"))
        tallies: dict[str, Tally] = {}
        earned: dict[str, float] = {}
        for situation in {*shipped, *audited, *proven}:
            theirs, own = shipped.get(situation, NOTHING), audited.get(situation, NOTHING)
            weight = max(0.0, 1.0 - own[1] / MIN_PROVING_COUNT)
            tally = own[0] + weight * theirs[0], own[1] + weight * theirs[1]
            once = proven.get(situation, NOTHING)
            most = max(lower_bound(tally), lower_bound(once), lower_bound(theirs) if weight else 0.0)
            tallies[situation] = tally
            earned[situation] = min(most, upper_bound(own))
        here = frozenset(situation for situation, own in audited.items() if own[1] > 0)
        return cls(tallies=tallies, earned=earned, audited=here)

    def tally(self, situation: str) -> Tally:
        """(wrong, of so many) of values that machines alone decide in this situation."""
        return self.tallies.get(situation, NOTHING)

    def is_audited_here(self, situation: str) -> bool:
        """Whether the tally of this situation has audits of this store; else it is as shipped."""
        return situation in self.audited

    def earned_share(self, situation: str) -> float:
        """The share right that is proven of values that machines alone decide in this situation; 0 where none is."""
        return self.earned.get(situation, 0.0)
