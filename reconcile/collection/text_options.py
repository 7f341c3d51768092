"""The options of an item: the texts that may be right, each with features that tell right ones from wrong ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from reconcile.algorithms import Line, LineModel, WordProbabilities, best_line, build_network
from reconcile.collection.items import ComparableItem, ComparableReading
from reconcile.collection.source_standing import SourceRates

OPTION_FEATURES = (
    "votes",  # how many sources say it
    "words probable",  # log probability of its words in the word network
    "standing",  # log odds of those who say it, on this field
    "standing everywhere",  # the same over all fields
    "words",
    "length",  # log of its characters
    "unknown words",  # words that stand nowhere else in the collection
    "field's words",  # how often its words stand in this field, mean log
    "doubt",  # its writers put a question mark, brackets or dots
    "contains",  # other readings whose words are among its own: they left something out
    "contained",  # other readings that hold all its words and more
    "number",
    "support lost",  # sum over the words where sources of better standing have another one
    "support lost worst",
    "composed",  # no source wrote it whole, but each of its words was read
)
"""The features of an option."""

_DOUBT_MARKS = ("?", "[", "...", "…")
"""Marks by which a writer says that a reading is doubtful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The number of readings that each word stands in, in all fields and in each (field, word)."""

    reading_counts: Mapping[str, int]
    field_reading_counts: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOption:
    """One text that may be right: its words, the readings of it (none where it is composed), and its features."""

    words: tuple[str, ...]
    readings: tuple[ComparableReading, ...]
    features: tuple[float, ...]

    @property
    def normal(self) -> str:
        """The comparable text."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionModel:
    """What is learnt of a collection before the text of any item is chosen."""

    line_model: LineModel
    field_rates: SourceRates
    overall_rates: SourceRates
    lexicon: Lexicon


def count_words(items: Sequence[ComparableItem]) -> Lexicon:
    """The words of a collection; each counts once a reading."""
    words: Counter[str] = Counter()
    field_words: Counter[tuple[str, str]] = Counter()
    for item in items:
        for reading in item.readings:
            for word in set(reading.words):
                words[word] += 1
                field_words[item.field, word] += 1
    return Lexicon(reading_counts=words, field_reading_counts=field_words)


def line_of(item: ComparableItem) -> Line:
    """The word network of an item's readings."""
    return Line(
        slots=tuple(build_network([reading.words for reading in item.readings])),
        sources=tuple(reading.source for reading in item.readings),
    )


def options_of(item: ComparableItem, model: CollectionModel) -> list[TextOption]:
    """The texts read and the text composed of the most probable words, in alphabetical order."""
    line = line_of(item)
    slots = model.line_model.weigh(line)
    words_by_slot: dict[tuple[str, ...], tuple[str, ...]] = {}
    for number, reading in enumerate(item.readings):
        words_by_slot.setdefault(reading.words, tuple(slot[number] for slot in line.slots))
    best = tuple(best_line(slots))
    composed = tuple(word for word in best if word)
    if composed:
        words_by_slot.setdefault(composed, best)
    return [
        TextOption(
            words=words,
            readings=tuple(reading for reading in item.readings if reading.words == words),
            features=_option_features(item, words, by_slot, line, slots, model),
        )
        for words, by_slot in sorted(words_by_slot.items())
    ]


def _option_features(
    item: ComparableItem,
    words: tuple[str, ...],
    by_slot: tuple[str, ...],
    line: Line,
    slots: Sequence[WordProbabilities],
    model: CollectionModel,
) -> tuple[float, ...]:
    """The features of a text, in the order of OPTION_FEATURES; `by_slot` has its word (or NO_WORD) in each slot."""
    field = item.field
    readings = [reading for reading in item.readings if reading.words == words]
    others = [set(reading.words) for reading in item.readings if reading.words != words]
    lost = _support_lost(item, by_slot, line, model.field_rates)
    own = Counter(word for reading in item.readings for word in set(reading.words))
    elsewhere = [model.lexicon.field_reading_counts.get((field, word), 0) - own[word] for word in words]
    return (
        float(len(readings)),
        sum(log(max(slot[word], 1e-9)) for slot, word in zip(slots, by_slot, strict=True)),
        sum(model.field_rates.log_odds(reading.source, field) for reading in readings),
        sum(model.overall_rates.log_odds(reading.source, "") for reading in readings),
        float(len(words)),
        log(max(1, len(" ".join(words)))),
        float(sum(model.lexicon.reading_counts.get(word, 0) <= own[word] for word in words)),
        sum(log(max(0, count) + 0.3) for count in elsewhere) / max(1, len(words)),
        float(any(mark in reading.text for reading in readings for mark in _DOUBT_MARKS)),
        float(sum(other < set(words) for other in others)),
        float(sum(other > set(words) for other in others)),
        float(len(words) == 1 and words[0].isdigit()),
        sum(lost),
        min(lost, default=0.0),
        float(not readings),
    )


def _support_lost(item: ComparableItem, by_slot: tuple[str, ...], line: Line, rates: SourceRates) -> list[float]:
    """How far each word's support is below that of the strongest other word of its slot; 0 where it is not below.

    The support of a word is the sum of the log odds of the sources that read it.
    """
    odds = [rates.log_odds(reading.source, item.field) for reading in item.readings]
    lost = []
    for slot, word in zip(line.slots, by_slot, strict=True):
        support: dict[str, float] = defaultdict(float)
        for read, source_odds in zip(slot, odds, strict=True):
            support[read] += source_odds
        rival = max((support[other] for other in support if other != word), default=0.0)
        lost.append(min(0.0, support[word] - max(0.0, rival)))
    return lost


# The features of a choice: how the chosen text stands among the readings of its item and its field.

ChoiceFeatures = tuple[float, ...]
"""A number for each of CHOICE_FEATURES."""

CHOICE_FEATURES = (
    "one",
    "share",  # log odds of the chosen text's share, a fifth of them
    "vote",  # the share of readings that say it
    "unanimous",
    "readings",  # log of their number
    "blanks",  # the share of sources that left it blank
    "composed",
    "words",  # log of their number
    "agreement",  # log odds that all readers of an item of this field agree
    "unanimous of many",
    "unanimous in many words",
    "unanimous where people agree",
    "unanimous and sure",
    "share squared",
    "field's blanks",  # the share of this field's readings that are blank
    "agreement squared",
    "unanimous by agreement squared",
    "alone",  # one reading says anything
    "alone where people agree",
    "places",  # log of one more than the places of a line where readers differ
    "some alike",  # two or more wrote all of it alike, others otherwise
    "some alike and sure",
    "sure of many",
)
"""The features that the probability of a choice is computed from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The text chosen for an item, before it is known how probable it is.

    `option` is None for a blank. `share` is the text's share among the options, 0 to 1. `text_count` is the number of
    different texts read, and `majority` the comparable text that most wrote. `differing_places` is the number of places
    of a line where its readers differ, 0 for other texts.
    """

    item: ComparableItem
    option: TextOption | None
    share: float
    text_count: int
    majority: str
    differing_places: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFacts:
    """How often all readers of an item of a field agree, and the share of its readings that are blank."""

    agreement_share: float
    blank_share: float


def field_facts(items: Sequence[ComparableItem]) -> dict[str, FieldFacts]:
    """The facts of every field of a collection.

    Four made-up items, half of them agreed, keep the share of agreement off 0 and 1.
    """
    by_field: dict[str, list[ComparableItem]] = defaultdict(list)
    for item in items:
        by_field[item.field].append(item)
    return {field: _facts(group) for field, group in by_field.items()}


def _facts(items: Sequence[ComparableItem]) -> FieldFacts:
    agreed = [len({reading.normal for reading in item.readings}) == 1 for item in items if len(item.readings) > 1]
    read = sum(len(item.readings) for item in items)
    blank = sum(item.blank_count + item.unreadable_count for item in items)
    return FieldFacts(agreement_share=(sum(agreed) + 2) / (len(agreed) + 4), blank_share=blank / max(1, blank + read))


def features_of(choice: Choice, facts: FieldFacts) -> ChoiceFeatures:
    """The features of a choice, in the order of CHOICE_FEATURES."""
    option = choice.option
    bounded = min(1.0 - 1e-4, max(1e-4, choice.share))
    odds = log(bounded / (1.0 - bounded)) / 5.0
    votes = len(option.readings) if option else choice.item.blank_count
    readings = max(1, len(choice.item.readings) if option else choice.item.blank_count)
    silent = choice.item.blank_count + choice.item.unreadable_count if option else len(choice.item.readings)
    unanimous = float(choice.text_count == 1 and readings > 1)
    agreement = log(facts.agreement_share / (1.0 - facts.agreement_share))
    many, long = log(readings), log(max(1, len(option.words) if option else 0))
    alone, alike = float(readings == 1), float(votes > 1 and choice.text_count > 1)
    return (
        *(1.0, odds, votes / readings, unanimous, many, silent / (readings + silent), float(votes == 0), long),
        *(agreement, unanimous * many, unanimous * long, unanimous * agreement, unanimous * odds, odds * abs(odds)),
        *(facts.blank_share, agreement * agreement, unanimous * agreement * agreement, alone, alone * agreement),
        *(log(1 + choice.differing_places), alike, alike * odds, odds * many),
    )
