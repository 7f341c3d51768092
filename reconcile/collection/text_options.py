"""The texts that an item may say, each with the features that tell a right one from a wrong one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from reconcile.algorithms import Line, LineModel, WordProbabilities, best_line, build_network
from reconcile.collection.items import Heard, Voice
from reconcile.collection.source_standing import Standing

FEATURES = (
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

_DOUBT = ("?", "[", "...", "…")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """In how many items' readings each word stands, over all and in each field."""

    words: Mapping[str, int]
    field_words: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One text that an item may say: its words, the voices that say it (none: composed), its features."""

    words: tuple[str, ...]
    voices: tuple[Voice, ...]
    features: tuple[float, ...]

    @property
    def normal(self) -> str:
        """The comparable text."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """All that is learnt of a collection before its items are decided."""

    lines: LineModel
    by_field: Standing
    overall: Standing
    lexicon: Lexicon


def lexicon(heard: Sequence[Heard]) -> Lexicon:
    """Count the words of a collection, once a reading."""
    words: Counter[str] = Counter()
    field_words: Counter[tuple[str, str]] = Counter()
    for each in heard:
        for voice in each.voices:
            for word in set(voice.words):
                words[word] += 1
                field_words[each.item.field, word] += 1
    return Lexicon(words=words, field_words=field_words)


def line(each: Heard) -> Line:
    """The word network of an item's readings."""
    return Line(
        slots=tuple(build_network([voice.words for voice in each.voices])),
        sources=tuple(voice.who for voice in each.voices),
    )


def options(each: Heard, learnt: Learnt) -> list[Option]:
    """The texts read, and the one composed of the most probable words where nobody wrote it, in alphabetical order."""
    laid = line(each)
    shares = learnt.lines.weigh(laid)
    places: dict[tuple[str, ...], tuple[str, ...]] = {}
    for number, voice in enumerate(each.voices):
        places.setdefault(voice.words, tuple(slot[number] for slot in laid.slots))
    chosen = tuple(best_line(shares))
    whole = tuple(word for word in chosen if word)
    if whole:
        places.setdefault(whole, chosen)
    return [
        Option(
            words=words,
            voices=tuple(voice for voice in each.voices if voice.words == words),
            features=_features(each, words, slots, laid, shares, learnt),
        )
        for words, slots in sorted(places.items())
    ]


def _features(
    each: Heard,
    words: tuple[str, ...],
    slots: tuple[str, ...],
    laid: Line,
    shares: Sequence[WordProbabilities],
    learnt: Learnt,
) -> tuple[float, ...]:
    field = each.item.field
    said = [voice for voice in each.voices if voice.words == words]
    others = [set(voice.words) for voice in each.voices if voice.words != words]
    lost = _support_lost(each, slots, laid, learnt.by_field)
    own = Counter(word for voice in each.voices for word in set(voice.words))
    elsewhere = [learnt.lexicon.field_words.get((field, word), 0) - own[word] for word in words]
    return (
        float(len(said)),
        sum(log(max(share[word], 1e-9)) for share, word in zip(shares, slots, strict=True)),
        sum(learnt.by_field.log_odds(voice.who, field) for voice in said),
        sum(learnt.overall.log_odds(voice.who, "") for voice in said),
        float(len(words)),
        log(max(1, len(" ".join(words)))),
        float(sum(learnt.lexicon.words.get(word, 0) <= own[word] for word in words)),
        sum(log(max(0, count) + 0.3) for count in elsewhere) / max(1, len(words)),
        float(any(mark in voice.text for voice in said for mark in _DOUBT)),
        float(sum(other < set(words) for other in others)),
        float(sum(other > set(words) for other in others)),
        float(len(words) == 1 and words[0].isdigit()),
        sum(lost),
        min(lost, default=0.0),
        float(not said),
    )


def _support_lost(each: Heard, slots: tuple[str, ...], laid: Line, standing: Standing) -> list[float]:
    """At each word: the standing of those who say it less that of the strongest other word, where that is below 0."""
    odds = [standing.log_odds(voice.who, each.item.field) for voice in each.voices]
    lost = []
    for slot, word in zip(laid.slots, slots, strict=True):
        support: dict[str, float] = defaultdict(float)
        for said, each_odds in zip(slot, odds, strict=True):
            support[said] += each_odds
        rival = max((support[other] for other in support if other != word), default=0.0)
        lost.append(min(0.0, support[word] - max(0.0, rival)))
    return lost
