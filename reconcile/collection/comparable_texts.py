"""Make readings comparable: guess each field's type where it is not given, then words or a normal form of each text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from statistics import median
from typing import Literal

from reconcile.algorithms import comparable_words
from reconcile.collection.items import Heard, Item, Said, Voice
from reconcile.forms import type_of
from transcribe.model import Field, Form, Value

Family = Literal["line text", "short text", "typed"]

_TYPES = ("integer", "date", "decimal")
"""Types that are guessed, the narrowest first; a code or a phone number is compared well enough as words."""
_SURE = 0.97
"""The share of a field's readings that must be of a type for the field to be taken as of that type."""
_LINE_WORDS = 6
_LINE_READERS = 3
"""From so many words and readings on, whole readings hardly ever agree: a line is put together word by word. With two
readings it would be a throw of the dice at every word."""


def plain_form(locale: str = "en_GB") -> Form:
    """A form with nothing on it, for field types that ask how a form's locale writes things."""
    return Form(
        name="", version=0, title={}, languages=("eng",), locale=locale, currency="XXX", digest="", blanks=(), fields=()
    )


def guess_type(texts: Sequence[str], locale: str = "en_GB") -> str:
    """The type of a field from its readings: a narrow one where nearly all are of it, text otherwise."""
    said = [text for text in texts if text.strip()]
    for name in _TYPES:
        if said and sum(_parse(name, text, locale) is not None for text in said) >= _SURE * len(said):
            return name
    return "text"


def types(items: Sequence[Item], locale: str = "en_GB") -> dict[str, str]:
    """The type of every field of a collection: as given, else guessed."""
    given = {item.field: item.type for item in items if item.type}
    texts: dict[str, list[str]] = defaultdict(list)
    for item in items:
        texts[item.field] += [said.text for said in item.readings if said.text is not None]
    return {field: given.get(field) or guess_type(said, locale) for field, said in texts.items()}


def hear(items: Sequence[Item], of_type: Mapping[str, str], locale: str = "en_GB") -> list[Heard]:
    """Every item with comparable voices; the same source twice speaks once, with its last reading."""
    return [_heard(item, of_type[item.field], locale) for item in items]


def family(heard: Sequence[Heard], type_name: str) -> Family:
    """The family of a field: what is compared, and how its text is put together."""
    if type_of(type_name).EXACT:
        return "typed"
    told = [each for each in heard if each.voices]
    if not told:
        return "short text"
    many = median(len(each.voices) for each in told) >= _LINE_READERS
    long = median(median(len(voice.words) for voice in each.voices) for each in told) >= _LINE_WORDS
    return "line text" if many and long else "short text"


def value_of(text: str, type_name: str, locale: str = "en_GB") -> Value:
    """The typed value of a text; the text itself where it is free."""
    if not type_of(type_name).EXACT:
        return text
    return _parse(type_name, text, locale)


def _heard(item: Item, type_name: str, locale: str) -> Heard:
    latest: dict[object, Said] = {}
    for number, said in enumerate(item.readings):
        # Nobody's name: this reading is a source of its own, here and nowhere else.
        latest[said.who if said.who is not None else (item.name, number)] = said
    voices = [
        Voice(who=who, words=spoken, text=said.text)
        for who, said in latest.items()
        if said.text is not None and (spoken := _words(said.text, type_name, locale))
    ]
    unreadable = sum(said.text is None for said in latest.values())
    gold = None if item.gold is None else " ".join(_words(item.gold, type_name, locale))
    return Heard(
        item=item,
        voices=tuple(sorted(voices, key=lambda voice: (str(voice.who), voice.text))),
        blanks=len(latest) - unreadable - len(voices),
        unreadable=unreadable,
        gold=gold,
    )


def _words(text: str, type_name: str, locale: str) -> tuple[str, ...]:
    if type_of(type_name).EXACT:
        normal = _normalise(type_name, text, locale)
        return (normal,) if normal else ()
    return tuple(comparable_words(text))


@lru_cache(maxsize=65536)
def _parse(type_name: str, text: str, locale: str) -> Value:
    return type_of(type_name).parse(text, _field(type_name), plain_form(locale))


@lru_cache(maxsize=65536)
def _normalise(type_name: str, text: str, locale: str) -> str:
    return type_of(type_name).normalise(text, _field(type_name), plain_form(locale))


@lru_cache(maxsize=64)
def _field(type_name: str) -> Field:
    return Field(name=type_name, type=type_name, label={})
