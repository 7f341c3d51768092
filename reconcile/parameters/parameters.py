"""What has been learnt, typed: the content of Parameters as weighing uses it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from reconcile.algorithms import Tally, lower_bound, sign_probability, upper_bound
from reconcile.forms import KnownWords
from reconcile.parameters.code_shapes import FieldShapes
from reconcile.parameters.confusions import CharacterConfusions, SharedConfusions
from reconcile.parameters.shipped_data import CONTENT
from reconcile.parameters.source_errors import PlaceErrors, SourceErrors, SourceHabits
from reconcile.parameters.source_model import (
    CACHED_COUNT,
    CONFIDENCE_STEPS,
    NO_PHRASES,
    ConfidenceTables,
    SourceModel,
    bin_of,
    has_digits,
)
from transcribe.fields import Family, facts_of
from transcribe.model import Parameters

PRIOR_COVERED_TALLY = (8.0, 10.0)
"""The share of values that master data know, where nothing was learnt: eight of ten."""


RECENT_COUNT = 4
"""The typed parameters of so many versions are kept, since most scans are weighed under the same. Chosen by hand."""


LEAST_CONFIDENCES = (0.0, *CONFIDENCE_STEPS)
"""The least of each bin of confidence."""


NO_WORDS = KnownWords({})
"""Of a field of which no words were learnt."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LearntParameters:
    """The content of one version of Parameters. What an older version does not hold counts as not learnt.

    Nothing is ever changed in it or kept in it: what is worked out from it is worked out by pure functions.
    """

    version: int
    errors: SourceErrors
    habits: SourceHabits
    confidence: ConfidenceTables
    characters: CharacterConfusions
    shared_confusions: SharedConfusions
    places: PlaceErrors
    machines: MachineRecord
    calibration: Mapping[str, Mapping[str, float]]
    """What `reconcile.inference.calibration.fit_calibration` gave."""
    contests: Mapping[str, Mapping[str, float]]
    """By family of field types: "items", and those on which only "model" or only "majority" was right."""
    champions: Mapping[str, Champion]
    lines: Mapping[str, Sequence[float]]
    """By source: words of long texts copied, changed, left out, put in, and so many in all."""
    covered: Mapping[str, float]
    """By field: the share of its values that its master data know."""
    known_words: Mapping[str, KnownWords]
    """By field: the words that it was often decided to hold."""
    shapes: Mapping[str, FieldShapes]
    """By form and field: the shapes of its codes."""

    @classmethod
    def read(cls, *, version: int, content: Mapping[str, Any]) -> LearntParameters:
        """The typed parts of what is stored.

        The stored content is plain data: `rates` (kind of source, type: wrong, of), `sources` (source, type: wrong,
        of), `on_bad` (the same of engines on bad pages alone), `habits` (source, habit: followed, of), `conventions`
        (source, phrase written, phrase said: followed, of), `unrelated` (source: unrelated, errors), `follows` (kind:
        followed, of), `tempting` and `tempting_on_bad` pages (type: misleading, of), `sure` (engine, or one kind of its
        readings: wrong and right a bin of confidence), `confusions` (kind, character, character: count), `covered`
        (field: known, of), `words` (field, word: count, all words under ""), `lines` (source: words of long texts
        copied, changed, left out, put in), `places` (way of finding, or type: wrong, of, by bin of the place's
        confidence), `calibration`, `shipped` and `audited` (situation: wrong, of), `proven` (situation: the tally that
        once reached the target here), `contests` (family: items, and those on which only one side was right), `shapes`
        (form and field: see `FieldShapes.read`).
        """
        contests = content.get("contests", {})
        return cls(
            version=version,
            errors=SourceErrors.read(content),
            habits=SourceHabits.read(content),
            confidence=ConfidenceTables.read(content),
            characters=CharacterConfusions.read(content),
            shared_confusions=SharedConfusions.read(content),
            places=PlaceErrors.read(content),
            machines=MachineRecord.read(content),
            calibration=content.get("calibration", {}),
            contests=contests,
            champions={family: champion(tally) for family, tally in contests.items()},
            lines=content.get("lines", {}),
            covered={name: _covered(*tally) for name, tally in content.get("covered", {}).items()},
            known_words={name: KnownWords(counts) for name, counts in content.get("words", {}).items()},
            shapes={name: FieldShapes.read(stored) for name, stored in content.get("shapes", {}).items()},
        )

    def source_model(self, source: str, kind: str, type_name: str, bad_page: bool = False) -> SourceModel:
        """How this source reads this type of field; of an engine, on a bad page or on others."""
        return _source_model(self, source, kind, type_name, bad_page)

    def of_answer(
        self, source: str, kind: str, type_name: str, bad_page: bool, confidence: float | None, says: str
    ) -> tuple[SourceModel, float]:
        """How this source reads this type of field where it is so sure, and its ratio: see `SourceModel.of_answer`."""
        if facts_of(type_name).is_mark:
            return self.source_model(source, kind, type_name, bad_page).of_answer(confidence, says)
        least = None if confidence is None else LEAST_CONFIDENCES[bin_of(confidence)]
        return _of_text(self, source, kind, type_name, bad_page, least, "0" if has_digits(says) else says and "a")

    def words(self, name: str) -> KnownWords:
        """The words that this field was often decided to hold."""
        return self.known_words.get(name, NO_WORDS)

    def covered_share(self, name: str) -> float:
        """The share of this field's values that its master data know."""
        return self.covered.get(name, _covered(0.0, 0.0))

    def champion(self, family: str) -> Champion:
        """Whether the model or majority decides in this family of field types."""
        return self.champions.get(family, "model")


def _covered(known: float, of: float) -> float:
    return (PRIOR_COVERED_TALLY[0] + known) / (PRIOR_COVERED_TALLY[1] + of)


@lru_cache(CACHED_COUNT)
def _source_model(learnt: LearntParameters, source: str, kind: str, type_name: str, bad_page: bool) -> SourceModel:
    facts = facts_of(type_name)
    may_swap = kind != "machine" and facts.is_day
    has_phrases = kind != "machine" and facts.is_text
    errors, habits = learnt.errors, learnt.habits
    error = (errors.error_on_bad_page if bad_page else errors.error)(source, kind, type_name)
    swap = habits.habit(source, "swap") if may_swap else 0.0
    phrases = habits.phrases(source) if has_phrases else NO_PHRASES
    return SourceModel(
        kind=kind,
        error=error,
        rate=round(error, 4),
        null_error=errors.null_error(source, kind, type_name),
        unrelated=habits.unrelated_share(source, kind),
        follow_rate=habits.follow_rate(kind),
        accents=habits.habit(source, "accents"),
        swap=swap,
        ratios=learnt.confidence.ratios(source, bad_page=bad_page),
        phrases=phrases,
        has_own_ways=bool(swap or phrases),
        two_valued=facts.is_mark,
        weight=errors.most_weight(source, kind, type_name),
        weights=learnt.confidence.most_weights(source, bad_page=bad_page),
    )


@lru_cache(CACHED_COUNT)
def _of_text(
    learnt: LearntParameters, source: str, kind: str, type_name: str, bad_page: bool, sure: float | None, like: str
) -> tuple[SourceModel, float]:
    return _source_model(learnt, source, kind, type_name, bad_page).of_answer(sure, like)


_RECENT: list[tuple[Parameters, LearntParameters]] = []


def read_parameters(parameters: Parameters) -> LearntParameters:
    """Parameters as weighing uses them; equal parameters give the same object while they are among the last few."""
    for each, found in _RECENT:
        if each is parameters or (each.version == parameters.version and each.content == parameters.content):
            return found
    found = LearntParameters.read(version=parameters.version, content=parameters.content)
    _RECENT.insert(0, (parameters, found))
    del _RECENT[RECENT_COUNT:]
    return found


def without_shapes(parameters: Parameters) -> Parameters:
    """These parameters without any shape of codes: shapes alone ask nothing again that is decided.

    They are learnt from what people read, and what engines decided may have other shapes.
    """
    return replace(parameters, content={**parameters.content, "shapes": {}})


# Champion and challenger: whether the model or the plain majority decides, family by family of field types.
#
# The items of the store settle it whose truth is known: those count on which only one of the two is right (the sign
# test, as in Q. McNemar, Psychometrika 12, 1947).

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


# How often machines alone were wrong in each situation, and what share right is proven of them there.

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

    engines: frozenset[str]
    """The engines with which the shipped tallies were proven; those of other engines are kept by their names."""

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> MachineRecord:
        """The record of stored parameters: `shipped`, `audited`, and `proven`, the tallies that once reached the target
        here."""
        audited, proven = content.get("audited", {}), content.get("proven", {})
        shipped = CONTENT["shipped"] if content.get("shipped") else {}  # of the model that ships, not of an earlier one
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
        engines = frozenset(content.get("shipped_engines", CONTENT["shipped_engines"]))
        return cls(tallies=tallies, earned=earned, audited=here, engines=engines)

    def unproven(self, engines: Iterable[str]) -> tuple[str, ...]:
        """These engines in order, where what shipped was proven with others; else none."""
        named = frozenset(engines)
        return () if named <= self.engines or named >= self.engines else tuple(sorted(named))

    def tally(self, situation: str) -> Tally:
        """(wrong, of so many) of values that machines alone decide in this situation."""
        return self.tallies.get(situation, NOTHING)

    def is_audited_here(self, situation: str) -> bool:
        """Whether the tally of this situation has audits of this store; else it is as shipped."""
        return situation in self.audited

    def earned_share(self, situation: str) -> float:
        """The share right that is proven of values that machines alone decide in this situation; 0 where none is."""
        return self.earned.get(situation, 0.0)


# Who decides in each family of field types, the model or plain majority, and on which items that stands.


class Contest(NamedTuple):
    """Fields with a known truth, and on how many of them the model alone was right, and majority alone."""

    items: int
    model: int
    majority: int


class ChampionStanding(NamedTuple):
    """Who decides in a family, on which items that stood when fairhand shipped, and on which it stands here."""

    family: str
    side: Champion
    shipped: Contest
    here: Contest


SHIPPED_CONTESTS: dict[Family, Contest] = {
    "amount": Contest(4630, 96, 7),
    "code": Contest(1966, 57, 1),
    "date": Contest(1296, 38, 5),
    "line text": Contest(1516, 56, 21),
    "short text": Contest(1273, 48, 0),
}
"""Made-up orders (seeds 1 and 2; two machines, three people) and, of line text, sentences that 3 to 7 volunteers typed
(CrowdSpeech), as `python -m tests.bench reconciling contests` counts them. Fields without a majority are left
out, on which only the model says anything."""


NO_CONTEST = Contest(0, 0, 0)


def champion_standing(family: Family, learnt: LearntParameters) -> ChampionStanding:
    """Who decides in a family under these parameters, and why."""
    tally = learnt.contests.get(family, {})
    here = Contest(*(round(tally.get(name, 0)) for name in ("items", "model", "majority")))
    return ChampionStanding(family, learnt.champion(family), SHIPPED_CONTESTS.get(family, NO_CONTEST), here)
