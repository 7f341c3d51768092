"""Make readings comparable: guess each field's type where it is not given, then words or a normal form of each text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from statistics import median
from typing import Literal

from reconcile.algorithms import comparable_words
from reconcile.collection.items import ComparableItem, ComparableReading, Item, SourceReading
from reconcile.forms import type_of
from transcribe.model import Field, Form, Value

TextFamily = Literal["line text", "short text", "typed"]

_GUESSED_TYPES = ("integer", "date", "decimal")
"""Types that are guessed, the narrowest first; a code or a phone number is compared well enough as words."""
_MIN_TYPE_SHARE = 0.97
"""The share of a field's readings that must be of a type for the field to be taken as of that type."""
_MIN_LINE_WORD_COUNT = 6
_MIN_LINE_READING_COUNT = 3
"""From so many words and readings on, whole readings hardly ever agree: a line is put together word by word. With two
readings it would be a throw of the dice at every word."""


def empty_form(locale: str = "en_GB") -> Form:
    """A form with nothing on it, for field types that ask how a form's locale writes things."""
    return Form(
        name="", version=0, title={}, languages=("eng",), locale=locale, currency="XXX", digest="", blanks=(), fields=()
    )


def guess_type(texts: Sequence[str], locale: str = "en_GB") -> str:
    """The type of a field from its readings: a narrow one where nearly all are of it, text otherwise."""
    said = [text for text in texts if text.strip()]
    for name in _GUESSED_TYPES:
        if said and sum(_parse(name, text, locale) is not None for text in said) >= _MIN_TYPE_SHARE * len(said):
            return name
    return "text"


def field_types(items: Sequence[Item], locale: str = "en_GB") -> dict[str, str]:
    """The type of every field of a collection: as given, else guessed."""
    given = {item.field: item.type for item in items if item.type}
    texts: dict[str, list[str]] = defaultdict(list)
    for item in items:
        texts[item.field] += [said.text for said in item.readings if said.text is not None]
    return {field: given.get(field) or guess_type(said, locale) for field, said in texts.items()}


def make_comparable(items: Sequence[Item], of_type: Mapping[str, str], locale: str = "en_GB") -> list[ComparableItem]:
    """Every item with comparable voices; the same source twice speaks once, with its last reading."""
    return [_comparable_item(item, of_type[item.field], locale) for item in items]


def text_family(heard: Sequence[ComparableItem], type_name: str) -> TextFamily:
    """The family of a field: what is compared, and how its text is put together."""
    if type_of(type_name).EXACT:
        return "typed"
    told = [each for each in heard if each.readings]
    if not told:
        return "short text"
    many = median(len(each.readings) for each in told) >= _MIN_LINE_READING_COUNT
    long = median(median(len(voice.words) for voice in each.readings) for each in told) >= _MIN_LINE_WORD_COUNT
    return "line text" if many and long else "short text"


def value_of(text: str, type_name: str, locale: str = "en_GB") -> Value:
    """The typed value of a text; the text itself where it is free."""
    if not type_of(type_name).EXACT:
        return text
    return _parse(type_name, text, locale)


def _comparable_item(item: Item, type_name: str, locale: str) -> ComparableItem:
    latest: dict[object, SourceReading] = {}
    for number, said in enumerate(item.readings):
        # Nobody's name: this reading is a source of its own, here and nowhere else.
        latest[said.source if said.source is not None else (item.name, number)] = said
    voices = [
        ComparableReading(source=who, words=spoken, text=said.text)
        for who, said in latest.items()
        if said.text is not None and (spoken := _words(said.text, type_name, locale))
    ]
    unreadable = sum(said.text is None for said in latest.values())
    gold = None if item.gold is None else " ".join(_words(item.gold, type_name, locale))
    return ComparableItem(
        item=item,
        readings=tuple(sorted(voices, key=lambda voice: (str(voice.source), voice.text))),
        blank_count=len(latest) - unreadable - len(voices),
        unreadable_count=unreadable,
        gold=gold,
    )


def _words(text: str, type_name: str, locale: str) -> tuple[str, ...]:
    if type_of(type_name).EXACT:
        normal = _normalise(type_name, text, locale)
        return (normal,) if normal else ()
    return tuple(comparable_words(text))


@lru_cache(maxsize=65536)
def _parse(type_name: str, text: str, locale: str) -> Value:
    return type_of(type_name).parse(text, _field(type_name), empty_form(locale))


@lru_cache(maxsize=65536)
def _normalise(type_name: str, text: str, locale: str) -> str:
    return type_of(type_name).normalise(text, _field(type_name), empty_form(locale))


@lru_cache(maxsize=64)
def _field(type_name: str) -> Field:
    return Field(name=type_name, type=type_name, label={})
