"""An engine's reading, with digits for letters where the field can only have digits."""

from __future__ import annotations

import re
from itertools import combinations
from math import comb

from transcribe.fields._facts import Facts
from transcribe.fields._field_type import load
from transcribe.model import Field, Form

DIGIT_BY_LETTER = str.maketrans("OoQIl|ZzSsGB", "000111225568")
"""The digit that a letter looks like, as engines read it where a digit is written.

On 66 photographs of eight forms RapidOCR had 20 such readings by hand and Tesseract 36: changed so 20 and 32 are right,
and of the others other characters were misread as well.
"""

LETTER_BY_DIGIT = str.maketrans("2568", "ZSGB")
"""The one letter that a digit looks like. A 0 may be an O, D or Q, and a 1 an I or L."""

MONEY_START = re.compile(r"[SIl|]")
"""The start of an amount that may be a dollar sign or the frame of its box."""

LITRES_END = re.compile(r"\d\s?[Il|]$")
"""The end of a number that may be litres, or the frame of its box."""

STROKES = re.compile(r"[Il|]+")
"""Strokes alone: pieces of a fold or of a frame look the same."""

DATE_WITH_STROKES = re.compile(r"(\d\d)[1/](\d\d)[1/](\d{4})")
"""A date whose slashes were read as ones: 1310812026. No date has ten digits."""

MAX_CHANGED_COUNT = 3
"""The most characters of a code that are changed. Chosen by hand."""

MAX_TRIED_COUNT = 200
"""The most ways of changing equally many characters that are tried. Chosen by hand."""


def as_type_allows(text: str, field: Field, form: Form) -> str:
    """The text, or where it is faulty for its field the one faultless text that looks like it.

    Of a number or date each letter is the digit that it looks like. Of a code with a pattern as few characters are
    changed as its pattern asks for; where two texts are possible it stays as it is.
    """
    kind = load(field.type)
    if not kind.faults(text, field, form):
        return text
    if kind.facts.is_all_digits:
        found = _as_number(text, kind.facts)
        return text if found == text or kind.faults(found, field, form) else found
    if kind.facts.is_free_code and field.pattern:
        return _as_code(text, field, form)
    return text


def _as_number(text: str, facts: Facts) -> str:
    start = MONEY_START.match(text) if facts.has_decimals else None
    if start or LITRES_END.search(text) or STROKES.fullmatch(text):
        return text
    found = text.translate(DIGIT_BY_LETTER)
    dated = DATE_WITH_STROKES.fullmatch(found) if facts.is_day else None
    return "/".join(dated.groups()) if dated else found


def _as_code(text: str, field: Field, form: Form) -> str:
    kind = load(field.type)
    twins = {at: twin for at, character in enumerate(text) if (twin := _twin(character)) != character}
    for count in range(1, MAX_CHANGED_COUNT + 1):
        if comb(len(twins), count) > MAX_TRIED_COUNT:
            break
        found = {
            changed
            for places in combinations(twins, count)
            if not kind.faults(changed := _changed(text, {at: twins[at] for at in places}), field, form)
        }
        if found:
            return found.pop() if len(found) == 1 else text
    return text


def _twin(character: str) -> str:
    return character.translate(DIGIT_BY_LETTER if character.isalpha() or character == "|" else LETTER_BY_DIGIT)


def _changed(text: str, characters: dict[int, str]) -> str:
    return "".join(characters.get(at, character) for at, character in enumerate(text))
