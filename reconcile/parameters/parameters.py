"""What has been learnt, typed: the content of Parameters as weighing uses it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from math import exp, log
from typing import Any

from reconcile.algorithms import Tally, lower_bound, upper_bound
from reconcile.forms import TEXT_FAMILIES, KnownWords, family_of
from reconcile.parameters.champion import Champion, champion
from reconcile.parameters.confidence_bins import confidence_table, of_kind, ratios
from reconcile.parameters.source_model import SourceModel
from reconcile.parameters.source_phrases import NONE, Phrases
from transcribe.model import Parameters

PRIOR_ERROR = {"machine": 0.12, "person": 0.06, "expert": 0.01}
"""How often a source of each kind is wrong about a filled field where nothing was learnt (measured on the generator
and on SROIE; people in the published double-keying trials err less, volunteers more)."""

PRIOR_WEIGHT = 8.0
"""How many readings what is usual counts for beside a source's own."""

UNRELATED = {"machine": 0.05, "person": 0.25, "expert": 0.1}
"""The share of a source's errors that have nothing to do with what is written (another line, another field)."""

FOLLOWS = {"machine": 0.6, "person": 0.3, "expert": 0.15}
"""How often a source takes a damaged place for what it looks like, as others do."""

TEMPTING, TEMPTING_WEIGHT = 0.06, 16.0
"""The share of fields with a place that looks like something else to everybody, where nothing was learnt, and how many
fields it counts for."""

HABITS = {"accents": 0.05, "swap": 0.03}
"""How often a person drops accents, or writes day and month the other way about, where nothing was learnt."""

COVERED = (8.0, 10.0)
"""The share of values that master data know, where nothing was learnt: eight of ten."""


@dataclass(frozen=True, kw_only=True)
class LearntParameters:
    """The content of one version of Parameters. What an older version does not hold counts as not learnt.

    `content` is plain data: `rates` (kind of source, type: wrong, of), `sources` (source, type: wrong, of), `on_bad`
    (the same of engines on bad pages alone), `habits` (source, habit: followed, of), `conventions` (source, phrase
    written, phrase said: followed, of), `unrelated` (source: unrelated, errors), `follows` (kind: followed, of),
    `tempting` and `tempting_on_bad` pages (type: tempting, of), `sure` (engine, or one kind of its readings: wrong and
    right a bin of confidence), `confusions` (kind, character, character: count), `covered` (field: known, of), `words`
    (field, word: count, all words under ""), `lines` (source: words of long texts copied, changed, left out, put in),
    `places` (form and field, or type: wrong, of, by bin of the place's confidence), `calibration`, `shipped` and
    `audited` (situation: wrong, of), `proven` (situation: the tally that once reached the target here), `contests`
    (family: items, and those on which only one side was right).
    """

    version: int
    content: Mapping[str, Any]
    edits: dict[tuple[str, str, str], float] = field(default_factory=dict, repr=False)
    """What the channel has worked out already under these parameters, kept for speed."""
    hearings: dict[tuple[str, str, str, bool], SourceModel] = field(default_factory=dict, repr=False)
    remembered: dict[Hashable, object] = field(default_factory=dict, repr=False)
    """Scans weighed under these parameters, kept for speed by `reconcile.inference.weigh`."""
    _words: dict[str, KnownWords] = field(default_factory=dict, repr=False)
    _confused: dict[tuple[str, str, str], float] = field(default_factory=dict, repr=False)
    _covered: dict[str, float] = field(default_factory=dict, repr=False)
    _tempting: dict[tuple[str, bool], float] = field(default_factory=dict, repr=False)
    _worths: dict[str, tuple[float, float, float]] = field(default_factory=dict, repr=False)
    _champions: dict[str, Champion] = field(default_factory=dict, repr=False)

    def source_model(self, source: str, kind: str, type_name: str, bad: bool = False) -> SourceModel:
        """How this source reads this type of field; of an engine, on a `bad` page or on others."""
        found = self.hearings.get((source, kind, type_name, bad))
        if found is None:
            found = self.hearings[source, kind, type_name, bad] = self._hearing(source, kind, type_name, bad)
        return found

    def _hearing(self, source: str, kind: str, type_name: str, bad: bool) -> SourceModel:
        habits = self.content.get("habits", {}).get(source, {})
        may_swap = kind != "machine" and type_name == "date"
        error = self._error_on_bad(source, kind, type_name) if bad else self.error(source, kind, type_name)
        return SourceModel(
            kind=kind,
            error=error,
            rate=round(error, 4),
            unrelated=_drawn(self.content.get("unrelated", {}).get(source), UNRELATED[kind], 2.0),
            follows=_drawn(self.content.get("follows", {}).get(kind), FOLLOWS[kind], 6.0),
            accents=_drawn(habits.get("accents"), HABITS["accents"], 2.0),
            swap=_drawn(habits.get("swap"), HABITS["swap"], 2.0) if may_swap else 0.0,
            ratios=(self._ratios(source, False, bad), self._ratios(source, True, bad)),
            phrases=self._phrases(source) if kind != "machine" and family_of(type_name) in TEXT_FAMILIES else NONE,
        )

    def _ratios(self, source: str, digits: bool, bad: bool) -> tuple[float, ...]:
        """What an engine's confidence means on one kind of its readings, drawn to what it means on all of them."""
        tallies = self.content.get("sure", {})
        logs = of_kind(tallies.get(confidence_table(source, digits=digits, bad=bad)), ratios(tallies.get(source)))
        return tuple(exp(each) for each in logs)

    def _phrases(self, source: str) -> Phrases:
        tree = self.content.get("conventions", {}).get(source)
        return Phrases(tree) if tree else NONE

    def error(self, source: str, kind: str, type_name: str) -> float:
        """How often this source is wrong about a filled field of this type, drawn towards what is usual for its kind,
        and for itself with other types."""
        own = self.content.get("sources", {}).get(source)
        return _like_others(type_name, own, partial(self.typical, kind), PRIOR_WEIGHT)

    def _error_on_bad(self, source: str, kind: str, type_name: str) -> float:
        """The same on bad pages, drawn towards so many times its usual error as it has there with all types; no less
        than on any page, as what was counted may have been easier to read but for the light."""
        own, usual = self.content.get("on_bad", {}).get(source), partial(self.error, source, kind)
        return max(usual(type_name), _like_others(type_name, own, usual, PRIOR_WEIGHT))

    def typical(self, kind: str, type_name: str) -> float:
        """How often a source of this kind is wrong about a filled field of this type."""
        tally: Tally | None = self.content.get("rates", {}).get(kind, {}).get(type_name)
        return _drawn(tally, PRIOR_ERROR[kind], 4.0)

    def shared_confusion(self, type_name: str, bad: bool = False) -> float:
        """The share of fields of this type that look like something else to everybody; on a `bad` page or on any."""
        found = self._tempting.get((type_name, bad))
        if found is None:
            found = _drawn(self.content.get("tempting", {}).get(type_name), TEMPTING, TEMPTING_WEIGHT)
            if bad:
                own = self.content.get("tempting_on_bad")
                found = max(found, _like_others(type_name, own, self.shared_confusion, TEMPTING_WEIGHT))
            found = self._tempting[type_name, bad] = min(0.4, found)
        return found

    def confused(self, kind: str, written: str, said: str) -> float:
        """The share of a character's misreadings that give this other one."""
        found = self._confused.get((kind, written, said))
        if found is None:
            given = self._confusions.get(kind, {}).get(written, {"": 1.0})
            found = self._confused[kind, written, said] = given.get(said, 0.0) + PLAIN_CONFUSION * given[""]
        return found

    @cached_property
    def _confusions(self) -> dict[str, dict[str, dict[str, float]]]:
        """Shares with what is left for characters never seen under ""."""
        counts: Mapping[str, Mapping[str, Mapping[str, float]]] = self.content.get("confusions", {})
        shares: dict[str, dict[str, dict[str, float]]] = {}
        for kind, written in counts.items():
            shares[kind] = {}
            for character, said in written.items():
                total = sum(said.values()) + 8.0
                shares[kind][character] = {other: count / total for other, count in said.items()}
                shares[kind][character][""] = 8.0 / total
        return shares

    def covered(self, name: str) -> float:
        """The share of this field's values that its master data know."""
        found = self._covered.get(name)
        if found is None:
            known, of = self.content.get("covered", {}).get(name, (0.0, 0.0))
            found = self._covered[name] = min(0.99, float((COVERED[0] + known) / (COVERED[1] + of)))
        return found

    def words(self, name: str) -> KnownWords:
        """The words that this field was often decided to hold."""
        found = self._words.get(name)
        if found is None:
            found = self._words[name] = KnownWords(self.content.get("words", {}).get(name, {}))
        return found

    def in_place(self, name: str, type_name: str, place: float) -> float:
        """How probable a field is read where it stands, by how sure its place is: as this field of this form was found
        before, else as others of its type."""
        of_type = _drawn(self._found(type_name, place), MISPLACED[place_bin(place)], PLACE_WEIGHT)
        return 1.0 - _drawn(self._found(name, place), of_type, PLACE_WEIGHT)

    def _found(self, name: str, place: float) -> Tally | None:
        tallies = self.content.get("places", {}).get(name)
        return None if tallies is None else tallies[place_bin(place)]

    def champion(self, family: str) -> Champion:
        """Whether the model or majority decides in this family of field types."""
        found = self._champions.get(family)
        if found is None:
            found = self._champions[family] = champion(self.content.get("contests", {}).get(family, {}))
        return found

    @property
    def calibration(self) -> Mapping[str, Mapping[str, float]]:
        """What `reconcile.inference.calibration.fit` gave."""
        fitted: Mapping[str, Mapping[str, float]] = self.content.get("calibration", {})
        return fitted

    def earned(self, situation: str) -> float:
        """The share right of values that machines alone decide in a situation like this, as far as it is proven, here
        or where the shipped fit was made; less where the store's own audits show that it cannot be so much."""
        return self._worth(situation)[2]

    def tally(self, situation: str) -> Tally:
        """(wrong, of so many) of values that machines alone decide in a situation like this.

        What shipped with fairhand counts beside the store's own audits for what these leave to be known: after ENOUGH
        of them nothing that shipped counts any more.
        """
        return self._worth(situation)[:2]

    def _worth(self, situation: str) -> tuple[float, float, float]:
        """The tally of a situation and how much of it is proven, worked out once."""
        found = self._worths.get(situation)
        if found is None:
            shipped, own = (self.content.get(name, {}).get(situation, (0.0, 0.0)) for name in ("shipped", "audited"))
            weight = max(0.0, 1.0 - own[1] / ENOUGH)
            tally = own[0] + weight * shipped[0], own[1] + weight * shipped[1]
            here = self.content.get("proven", {}).get(situation, (0.0, 0.0))
            proven = max(lower_bound(tally), lower_bound(here), lower_bound(shipped) if weight else 0.0)
            found = self._worths[situation] = (*tally, min(proven, upper_bound(own)))
        return found


PLACES = (0.4, 0.6, 0.8, 0.9)
"""Where the confidence of a place is cut into bins."""

MISPLACED = (0.4, 0.3, 0.25, 0.2, 0.15)
"""How often a place of each bin is the wrong one on layouts that nobody prepared for (invoices of five firms: supplier
and totals were of the wrong place in 6 of 20); a form's own count takes over as it grows."""

PLACE_WEIGHT = 2.0
"""How many places the usual share counts for."""


def place_bin(place: float) -> int:
    """Which bin the confidence of a place falls into."""
    return bisect_right(PLACES, place)


ENOUGH = 3000
"""So many audited values prove 0.995 where three in a thousand are wrong, which is what two engines leave; with fewer
the right could only be lost by chance, so until then it stands on what shipped unless they disprove it."""

PLAIN_CONFUSION = 1 / 60
"""The share of one character among the misreadings of another, of which nothing is known: about as many look likely."""

_SEEN: list[tuple[Parameters, LearntParameters]] = []


def read_parameters(parameters: Parameters) -> LearntParameters:
    """Parameters as weighing uses them; the last few are kept, since most scans are weighed under the same."""
    for each, found in _SEEN:
        if each is parameters:
            return found
    made = LearntParameters(version=parameters.version, content=parameters.content)
    for _, before in _SEEN:
        before.remembered.clear()  # scans are weighed anew under new parameters
    _SEEN.insert(0, (parameters, made))
    del _SEEN[4:]
    return made


def odds(share: float) -> float:
    """Log odds of a share, kept finite."""
    kept = min(max(share, 1e-12), 1 - 1e-12)
    return log(kept / (1 - kept))


def _like_others(
    type_name: str, own: Mapping[str, Tally] | None, typical: Callable[[str], float], weight: float
) -> float:
    """A share of one type of field, drawn towards what is typical of the type times what is usual for these tallies."""
    if not own:
        return typical(type_name)
    some = sum(tally[0] for tally in own.values())
    expected = sum(tally[1] * typical(name) for name, tally in own.items())
    usual = min(0.9, typical(type_name) * (1.0 + some) / (1.0 + expected))
    return min(0.97, max(0.0005, _drawn(own.get(type_name), usual, weight)))


def _drawn(tally: Tally | list[float] | None, usual: float, weight: float) -> float:
    """A counted share, drawn towards what is usual as if that had been counted `weight` times."""
    return usual if tally is None else (weight * usual + tally[0]) / (weight + tally[1])
