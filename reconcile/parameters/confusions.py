"""What looks like what: characters that a kind of source takes for one another, fields that mislead every source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconcile.algorithms import Tally
from reconcile.parameters.shrinkage import shrunk, shrunk_like_others

SHARED_CONFUSIONS = "glyphs"
"""The stored name of the table of what looks like what to everybody, learnt from all sources' confusions."""

UNSEEN_CONFUSION_SHARE = 1 / 60
"""The share of one character among the misreadings of another, where nothing was counted: about as many look alike."""

UNSEEN_WEIGHT_COUNT = 8.0
"""How many misreadings of a character those into characters never seen count for. Chosen by hand."""

PRIOR_SHARED_CONFUSION_SHARE = 0.06
"""The share of fields with a place that looks like something else to everybody, where nothing was learnt."""

SHARED_CONFUSION_WEIGHT_COUNT = 16.0
"""How many fields the prior share of shared confusions counts for. Chosen by hand."""

MAX_SHARED_CONFUSION_SHARE = 0.4
"""The most that a field may be taken to look like something else to everybody. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CharacterConfusions:
    """The shares of each character's misreadings by kind of source, and what is left for characters never seen."""

    shares: Mapping[str, Mapping[str, Mapping[str, float]]]
    unseen: Mapping[str, Mapping[str, float]]

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> CharacterConfusions:
        """The confusions of stored parameters: `confusions`, counts by kind, character written and character read."""
        shares: dict[str, dict[str, dict[str, float]]] = {}
        unseen: dict[str, dict[str, float]] = {}
        for kind, characters in content.get("confusions", {}).items():
            shares[kind], unseen[kind] = {}, {}
            for character, counts in characters.items():
                total = sum(counts.values()) + UNSEEN_WEIGHT_COUNT
                shares[kind][character] = {other: count / total for other, count in counts.items()}
                unseen[kind][character] = UNSEEN_CONFUSION_SHARE * (UNSEEN_WEIGHT_COUNT / total)
        return cls(shares=shares, unseen=unseen)

    def share(self, kind: str, written: str, said: str) -> float:
        """The share of a character's misreadings that give this other one."""
        counted = self.shares.get(kind, {}).get(written)
        if counted is None:
            return UNSEEN_CONFUSION_SHARE
        return counted.get(said, 0.0) + self.unseen[kind][written]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedConfusions:
    """The share of fields that look like something else to everybody, by type; on any page, and on bad ones."""

    shares: Mapping[str, float]
    shares_on_bad_pages: Mapping[str, float]
    usual_on_bad_pages: float

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> SharedConfusions:
        """The shared confusions of stored parameters: `tempting` and `tempting_on_bad`."""
        tallies: Mapping[str, Tally] = content.get("tempting", {})
        on_bad: Mapping[str, Tally] = content.get("tempting_on_bad", {})

        def share(type_name: str) -> float:
            found = shrunk(tallies.get(type_name), PRIOR_SHARED_CONFUSION_SHARE, SHARED_CONFUSION_WEIGHT_COUNT)
            return min(MAX_SHARED_CONFUSION_SHARE, found)

        def share_on_bad_page(type_name: str) -> float:
            usual = shrunk(tallies.get(type_name), PRIOR_SHARED_CONFUSION_SHARE, SHARED_CONFUSION_WEIGHT_COUNT)
            own = shrunk_like_others(type_name, on_bad, share, SHARED_CONFUSION_WEIGHT_COUNT)
            return min(MAX_SHARED_CONFUSION_SHARE, max(usual, own))

        names = {*tallies, *on_bad}
        return cls(
            shares={name: share(name) for name in names},
            shares_on_bad_pages={name: share_on_bad_page(name) for name in names},
            usual_on_bad_pages=share_on_bad_page(""),
        )

    def share(self, type_name: str, *, bad_page: bool = False) -> float:
        """The share of fields of this type that look like something else to everybody; on a bad page or on any."""
        if bad_page:
            return self.shares_on_bad_pages.get(type_name, self.usual_on_bad_pages)
        return self.shares.get(type_name, PRIOR_SHARED_CONFUSION_SHARE)
