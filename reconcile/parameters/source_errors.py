"""How often sources are wrong about filled fields: by kind of source, by source, and of engines on bad pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from math import exp
from typing import Any

from reconcile.algorithms import Tally
from reconcile.parameters.shrinkage import USUAL_WEIGHT_COUNT, odds, proven_weight, shrunk, shrunk_like_others

PRIOR_ERROR_TALLIES: Mapping[str, Tally] = {"machine": (12.0, 100.0), "person": (6.0, 100.0), "expert": (1.0, 100.0)}
"""(wrong, of so many) filled fields by kind of source, where nothing was learnt.

Measured on the generator and on SROIE. People in the published double-keying trials err less, volunteers more.
"""

PRIOR_ERROR_SHARE = {kind: wrong / count for kind, (wrong, count) in PRIOR_ERROR_TALLIES.items()}
"""The same as a share."""

ERROR_SHARE_AT_NULL = {"machine": 0.03, "person": 0.004, "expert": 0.001}
"""P that a source takes a text for a blank, a blank for a text, either for "illegible" and so on, each.

It sees what is no text as it is the rest of the time.
A person overlooks a filled field, or gives one up, once in 250; machines fall silent on faint print.
"""

TalliesByType = Mapping[str, Tally]
"""(wrong, of so many) by type of field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceErrors:
    """(wrong, of so many) by type of field, for kinds of source, for sources, and for engines on bad pages."""

    by_kind: Mapping[str, TalliesByType]
    by_source: Mapping[str, TalliesByType]
    on_bad_pages: Mapping[str, TalliesByType]

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> SourceErrors:
        """The error tallies of stored parameters: `rates`, `sources` and `on_bad`."""
        kinds, sources, bad = (_tallies(content.get(name, {})) for name in ("rates", "sources", "on_bad"))
        return cls(by_kind=kinds, by_source=sources, on_bad_pages=bad)

    def typical(self, kind: str, type_name: str) -> float:
        """How often a source of this kind is wrong about a filled field of this type."""
        return shrunk(self.by_kind.get(kind, {}).get(type_name), PRIOR_ERROR_SHARE[kind], USUAL_WEIGHT_COUNT)

    def error(self, source: str, kind: str, type_name: str) -> float:
        """How often this source is wrong about a filled field of this type.

        Drawn towards what is usual for its kind, and for itself with other types.
        """
        own = self.by_source.get(source)
        return shrunk_like_others(type_name, own, partial(self.typical, kind), USUAL_WEIGHT_COUNT)

    def most_weight(self, source: str, kind: str, type_name: str) -> float:
        """The most that its word may weigh, as a ratio of odds.

        Its own answers prove it, or those of its kind.
        """
        usual = self.by_kind.get(kind, {}).get(type_name, PRIOR_ERROR_TALLIES[kind])
        own = self.by_source.get(source, {}).get(type_name, usual)
        return max(proven_weight(*usual), proven_weight(*own))

    def null_error(self, source: str, kind: str, type_name: str) -> float:
        """How often this source takes a text for a blank or gives it up, and so on, see `ERROR_SHARE_AT_NULL`.

        A person who errs more than people do on filled fields overlooks and gives up more of them too, in odds. Nobody
        is taken to do so less often: of who types well that says little.
        """
        usual = ERROR_SHARE_AT_NULL[kind]
        if kind == "machine":
            return usual
        more = odds(self.error(source, kind, type_name)) - odds(self.typical(kind, type_name))
        return usual if more <= 0 else 1.0 / (1.0 + exp(-(odds(usual) + more)))

    def error_on_bad_page(self, source: str, kind: str, type_name: str) -> float:
        """The same on bad pages, drawn towards what is usual for its kind, and for itself there with other types.

        No less than on any page, as what was counted may have been easier to read but for the light. What it does on
        other pages says no more: who errs more there must not come out as erring less here.
        """
        anywhere, own = self.error(source, kind, type_name), self.on_bad_pages.get(source)
        if not own:
            return anywhere
        return max(anywhere, shrunk_like_others(type_name, own, partial(self.typical, kind), USUAL_WEIGHT_COUNT))

    def reading_count(self, source: str) -> float:
        """How many readings of a source were counted."""
        return sum(float(tally[1]) for tally in self.by_source.get(source, {}).values())


def _tallies(stored: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Tally]]:
    return {
        name: {type_name: (tally[0], tally[1]) for type_name, tally in types.items()} for name, types in stored.items()
    }
