"""How often sources are wrong about filled fields: by kind of source, by source, and of engines on bad pages."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import exp
from typing import Any

from reconcile.algorithms import Tally
from reconcile.parameters.shipped_data import CONTENT
from reconcile.parameters.shrinkage import (
    RARE_WEIGHT_COUNT,
    USUAL_WEIGHT_COUNT,
    odds,
    proven_weight,
    shrunk,
    shrunk_like_others,
)
from reconcile.parameters.source_model import NO_PHRASES, Phrases, TalliesByPhrase

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


# How sources read beside being right or wrong: habits, conventions, unrelated errors, errors that all share.

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


# How often a field of a free layout is read where it does not stand, by how sure its place is.

PLACE_CONFIDENCE_STEPS = (0.4, 0.6, 0.8, 0.9)
"""Where the confidence of a place is cut into bins. Chosen by hand."""

PRIOR_MISPLACED_SHARE = (0.4, 0.3, 0.25, 0.2, 0.15)
"""How often a place of each bin is the wrong one on layouts that nobody prepared for.

Measured on invoices of five firms: supplier and totals were of the wrong place in 6 of 20. A form's own count takes
over as it grows.
"""


def place_bin(confidence: float) -> int:
    """Which bin the confidence of a place falls into."""
    return bisect_right(PLACE_CONFIDENCE_STEPS, confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceErrors:
    """(misplaced, total) by way of finding a field, or its type, and bin of confidence."""

    tallies: Mapping[str, Sequence[Tally]]

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> PlaceErrors:
        """The place tallies of stored parameters: `places`.

        Those of earlier versions were kept by the names of forms: there what ships counts until they are learnt anew.
        """
        tallies = content.get("places", {})
        return cls(tallies={**CONTENT["places"], **tallies} if any(": " in name for name in tallies) else tallies)

    def in_place_probability(self, name: str, type_name: str, confidence: float) -> float:
        """How probable it is that a field is read where it stands, by how sure its place is.

        As fields that are looked for in this way were found before, else as others of the type.
        """
        prior = PRIOR_MISPLACED_SHARE[place_bin(confidence)]
        of_type = shrunk(self._tally(type_name, confidence), prior, RARE_WEIGHT_COUNT)
        return 1.0 - shrunk(self._tally(name, confidence), of_type, RARE_WEIGHT_COUNT)

    def _tally(self, name: str, confidence: float) -> Tally | None:
        tallies = self.tallies.get(name)
        return None if tallies is None else tallies[place_bin(confidence)]
