"""Readings made comparable: as the normal form of the field's type, which is guessed if not given, or as words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from statistics import median
from typing import Literal

from reconcile.algorithms import comparable_words
from reconcile.collection.items import ComparableItem, ComparableReading, Item, SourceReading
from transcribe import fields
from transcribe.model import Field, Form, Value

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
