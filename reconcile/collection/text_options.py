"""The texts that an item may say, each with the features that tell a right one from a wrong one."""

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
    "support lost",  # sum over the words where those of better standing say another
    "support lost worst",
    "composed",  # nobody wrote it whole: each of its words was read by somebody
)

_DOUBT_MARKS = ("?", "[", "...", "…")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """In how many items' readings each word stands, over all and in each field."""

    item_counts: Mapping[str, int]
    field_item_counts: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOption:
    """One text that an item may say: its words, the voices that say it (none: composed), its features."""

    words: tuple[str, ...]
    readings: tuple[ComparableReading, ...]
    features: tuple[float, ...]

    @property
    def normal(self) -> str:
        """The comparable text."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionModel:
    """All that is learnt of a collection before its items are decided."""

    line_model: LineModel
    field_rates: SourceRates
    overall_rates: SourceRates
    lexicon: Lexicon


def count_words(heard: Sequence[ComparableItem]) -> Lexicon:
    """Count the words of a collection, once a reading."""
    words: Counter[str] = Counter()
    field_words: Counter[tuple[str, str]] = Counter()
    for each in heard:
        for voice in each.readings:
            for word in set(voice.words):
                words[word] += 1
                field_words[each.item.field, word] += 1
    return Lexicon(item_counts=words, field_item_counts=field_words)


def line_of(each: ComparableItem) -> Line:
    """The word network of an item's readings."""
    return Line(
        slots=tuple(build_network([voice.words for voice in each.readings])),
        sources=tuple(voice.source for voice in each.readings),
    )


def options_of(each: ComparableItem, learnt: CollectionModel) -> list[TextOption]:
    """The texts read, and the one composed of the most probable words where nobody wrote it, in alphabetical order."""
    laid = line_of(each)
    shares = learnt.line_model.weigh(laid)
    places: dict[tuple[str, ...], tuple[str, ...]] = {}
    for number, voice in enumerate(each.readings):
        places.setdefault(voice.words, tuple(slot[number] for slot in laid.slots))
    chosen = tuple(best_line(shares))
    whole = tuple(word for word in chosen if word)
    if whole:
        places.setdefault(whole, chosen)
    return [
        TextOption(
            words=words,
            readings=tuple(voice for voice in each.readings if voice.words == words),
            features=_option_features(each, words, slots, laid, shares, learnt),
        )
        for words, slots in sorted(places.items())
    ]


def _option_features(
    each: ComparableItem,
    words: tuple[str, ...],
    slots: tuple[str, ...],
    laid: Line,
    shares: Sequence[WordProbabilities],
    learnt: CollectionModel,
) -> tuple[float, ...]:
    field = each.item.field
    said = [voice for voice in each.readings if voice.words == words]
    others = [set(voice.words) for voice in each.readings if voice.words != words]
    lost = _support_lost(each, slots, laid, learnt.field_rates)
    own = Counter(word for voice in each.readings for word in set(voice.words))
    elsewhere = [learnt.lexicon.field_item_counts.get((field, word), 0) - own[word] for word in words]
    return (
        float(len(said)),
        sum(log(max(share[word], 1e-9)) for share, word in zip(shares, slots, strict=True)),
        sum(learnt.field_rates.log_odds(voice.source, field) for voice in said),
        sum(learnt.overall_rates.log_odds(voice.source, "") for voice in said),
        float(len(words)),
        log(max(1, len(" ".join(words)))),
        float(sum(learnt.lexicon.item_counts.get(word, 0) <= own[word] for word in words)),
        sum(log(max(0, count) + 0.3) for count in elsewhere) / max(1, len(words)),
        float(any(mark in voice.text for voice in said for mark in _DOUBT_MARKS)),
        float(sum(other < set(words) for other in others)),
        float(sum(other > set(words) for other in others)),
        float(len(words) == 1 and words[0].isdigit()),
        sum(lost),
        min(lost, default=0.0),
        float(not said),
    )


def _support_lost(each: ComparableItem, slots: tuple[str, ...], laid: Line, standing: SourceRates) -> list[float]:
    """At each word: the standing of those who say it less that of the strongest other word, where that is below 0."""
    odds = [standing.log_odds(voice.source, each.item.field) for voice in each.readings]
    lost = []
    for slot, word in zip(laid.slots, slots, strict=True):
        support: dict[str, float] = defaultdict(float)
        for said, each_odds in zip(slot, odds, strict=True):
            support[said] += each_odds
        rival = max((support[other] for other in support if other != word), default=0.0)
        lost.append(min(0.0, support[word] - max(0.0, rival)))
    return lost
