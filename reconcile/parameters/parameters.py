"""What has been learnt, typed: the content of Parameters as weighing uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from reconcile.forms import KnownWords
from reconcile.parameters.champion import Champion, champion
from reconcile.parameters.code_shapes import FieldShapes
from reconcile.parameters.confidence_bins import CONFIDENCE_STEPS, ConfidenceTables, bin_of, has_digits
from reconcile.parameters.confusions import CharacterConfusions, SharedConfusions
from reconcile.parameters.machine_record import MachineRecord
from reconcile.parameters.place_errors import PlaceErrors
from reconcile.parameters.source_errors import SourceErrors
from reconcile.parameters.source_habits import SourceHabits
from reconcile.parameters.source_model import SourceModel
from reconcile.parameters.source_phrases import CACHED_COUNT, NO_PHRASES
from transcribe.fields import facts_of
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
