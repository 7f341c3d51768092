"""How often each source is right on each field of a collection, learnt from agreement alone.

The one-coin model of A. P. Dawid and A. M. Skene (Applied Statistics 28, 1979), applied to open texts: a source is
right with its own rate, and wrong in one of many ways. Rates are shrunk to those of the field. The gold text of an item
counts as its true text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, prod
from statistics import median
from typing import Literal

from reconcile.algorithms import comparable_words
from reconcile.collection.items import ComparableItem, ComparableReading, Item, SourceReading
from transcribe import fields
from transcribe.model import Field, Form, Value

_EM_ROUND_COUNT = 15
"""Rounds of expectation maximisation. Chosen by hand."""

_WRONG_TEXT_COUNT = 30.0
"""So many wrong texts are taken to be equally likely: two sources make the same error by chance once in so many."""

_ALL_WRONG_WEIGHT = 3.0
"""Weight of the case that all sources are wrong, against each text that was read. Chosen by hand."""

_FIELD_PRIOR_READINGS = 10.0
"""Weight, in readings, of a field's common rate against a source's own. Chosen by hand."""

_START_SHARE = 0.8
"""The share right of every source in the first round. Chosen by hand."""

_UNKNOWN_SHARE = 0.7
"""The share right of a source that was not learnt. Chosen by hand."""

_MIN_SHARE = 0.02
"""The least share right: no source is always wrong, least of all after a few readings. Chosen by hand."""

_MAX_SHARE = 0.98
"""The greatest share right: no source is always right, least of all after a few readings. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRates:
    """The share right of each (source, field)."""

    shares: Mapping[tuple[Hashable, str], float]

    def log_odds(self, source: Hashable, field: str) -> float:
        """The log odds that a source's reading of this field is right."""
        share = self.shares.get((source, field), _UNKNOWN_SHARE)
        return log(share / (1.0 - share))


def learn_source_rates(items: Sequence[ComparableItem], *, by_field: bool) -> SourceRates:
    """The share right of every source, for each field apart, or for all fields together under the field ""."""
    shares: dict[tuple[Hashable, str], float] = {}
    telling = [item for item in items if len(item.readings) > 1 or (item.readings and item.gold is not None)]
    for _ in range(_EM_ROUND_COUNT):
        right: dict[tuple[Hashable, str], float] = defaultdict(float)
        count: dict[tuple[Hashable, str], float] = defaultdict(float)
        for item in telling:
            field = item.field if by_field else ""
            probabilities = _text_probabilities(item, field, shares)
            for reading in item.readings:
                right[reading.source, field] += probabilities.get(reading.normal, 0.0)
                count[reading.source, field] += 1.0
        shares = _shrunk_shares(right, count)
    return SourceRates(shares=shares)


def _text_probabilities(
    item: ComparableItem, field: str, shares: Mapping[tuple[Hashable, str], float]
) -> dict[str, float]:
    """The probability of each text read to be the true one; they sum to less than 1, as all may be wrong."""
    if item.gold is not None:
        return {item.gold: 1.0}
    read = [(reading.normal, shares.get((reading.source, field), _START_SHARE)) for reading in item.readings]
    weights = {
        true: prod(share if normal == true else (1.0 - share) / _WRONG_TEXT_COUNT for normal, share in read)
        for true in sorted({normal for normal, _ in read})
    }
    total = sum(weights.values()) + _ALL_WRONG_WEIGHT * prod((1.0 - share) / _WRONG_TEXT_COUNT for _, share in read)
    return {true: weight / total for true, weight in weights.items()}


def _shrunk_shares(
    right: Mapping[tuple[Hashable, str], float], count: Mapping[tuple[Hashable, str], float]
) -> dict[tuple[Hashable, str], float]:
    """The share right of each (source, field), shrunk to the share right of the field."""
    field_right: dict[str, float] = defaultdict(float)
    field_count: dict[str, float] = defaultdict(float)
    for (source, field), number in count.items():
        field_right[field] += right[source, field]
        field_count[field] += number
    return {
        (source, field): max(
            _MIN_SHARE,
            min(
                _MAX_SHARE,
                (right[source, field] + _FIELD_PRIOR_READINGS * field_right[field] / field_count[field])
                / (number + _FIELD_PRIOR_READINGS),
            ),
        )
        for (source, field), number in count.items()
    }


# Readings made comparable: as the normal form of the field's type, which is guessed if not given, or as words.

TextFamily = Literal["line text", "short text", "typed"]
"""How the text of a field is put together: word by word, from whole texts, or from typed values."""

_MIN_TYPE_SHARE = 0.97
"""The share of a field's readings that must be of a type for the type to be guessed. Chosen by hand."""

_MIN_LINE_WORD_COUNT = 6
"""Text of so many words (median) is put together word by word, as whole readings hardly ever agree."""

_MIN_LINE_READING_COUNT = 3
"""Text of so many readings (median) is put together word by word: two readings would be a throw of the dice."""


def empty_form(locale: str = "en_GB") -> Form:
    """A form without fields, for field types that ask how its locale writes values."""
    return Form(
        name="", version=0, title={}, languages=(), locale=locale, currency="XXX", digest="", blanks=(), fields=()
    )


def guess_type(texts: Sequence[str], locale: str = "en_GB") -> str:
    """The type of a field from its readings: one that nearly all are of, else free text.

    Codes and phone numbers are not guessed: they are compared well enough as words.
    """
    filled = [text for text in texts if text.strip()]
    for name in fields.guessed():
        if filled and sum(_parse(name, text, locale) is not None for text in filled) >= _MIN_TYPE_SHARE * len(filled):
            return name
    return fields.FREE_TEXT


def field_types(items: Sequence[Item], locale: str = "en_GB") -> dict[str, str]:
    """The type of every field of a collection: as given, else guessed."""
    given = {item.field: item.type for item in items if item.type}
    texts: dict[str, list[str]] = defaultdict(list)
    for item in items:
        texts[item.field] += [reading.text for reading in item.readings if reading.text is not None]
    return {field: given.get(field) or guess_type(read, locale) for field, read in texts.items()}


def make_comparable(
    items: Sequence[Item], type_names: Mapping[str, str], locale: str = "en_GB"
) -> list[ComparableItem]:
    """Every item with comparable readings, from the type of each field. Of each source the last reading counts."""
    return [_comparable_item(item, type_names[item.field], locale) for item in items]


def text_family(items: Sequence[ComparableItem], type_name: str) -> TextFamily:
    """The family of a field, from all its items."""
    if fields.load(type_name).facts.exact:
        return "typed"
    read = [item for item in items if item.readings]
    if not read:
        return "short text"
    many = median(len(item.readings) for item in read) >= _MIN_LINE_READING_COUNT
    long = median(median(len(reading.words) for reading in item.readings) for item in read) >= _MIN_LINE_WORD_COUNT
    return "line text" if many and long else "short text"


def value_of(text: str, type_name: str, locale: str = "en_GB") -> Value:
    """The typed value of a text, None where it is none; the text itself where the type is free text."""
    if not fields.load(type_name).facts.exact:
        return text
    return _parse(type_name, text, locale)


def _comparable_item(item: Item, type_name: str, locale: str) -> ComparableItem:
    latest: dict[object, SourceReading] = {}
    for number, reading in enumerate(item.readings):
        # A reading without a name is a source of its own, in this item only.
        latest[reading.source if reading.source is not None else (item.name, number)] = reading
    readings = [
        ComparableReading(source=source, words=words, text=reading.text)
        for source, reading in latest.items()
        if reading.text is not None and (words := _words(reading.text, type_name, locale))
    ]
    unreadable = sum(reading.text is None for reading in latest.values())
    gold = None if item.gold is None else " ".join(_words(item.gold, type_name, locale))
    return ComparableItem(
        item=item,
        readings=tuple(sorted(readings, key=lambda reading: (str(reading.source), reading.text))),
        blank_count=len(latest) - unreadable - len(readings),
        unreadable_count=unreadable,
        gold=gold,
    )


def _words(text: str, type_name: str, locale: str) -> tuple[str, ...]:
    """The comparable words of a text, none where it is blank; of an exact type its normal form alone."""
    if fields.load(type_name).facts.exact:
        normal = _normalise(type_name, text, locale)
        return (normal,) if normal else ()
    return tuple(comparable_words(text))


@lru_cache(maxsize=65536)
def _parse(type_name: str, text: str, locale: str) -> Value:
    return fields.load(type_name).parse(text, _field(type_name), empty_form(locale))


@lru_cache(maxsize=65536)
def _normalise(type_name: str, text: str, locale: str) -> str:
    return fields.load(type_name).normalise(text, _field(type_name), empty_form(locale))


@lru_cache(maxsize=64)
def _field(type_name: str) -> Field:
    return Field(name=type_name, type=type_name, label={})
