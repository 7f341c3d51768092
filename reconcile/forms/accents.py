"""Texts without their accents: as somebody writes who has none on the keyboard, or who writes in capitals."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "œ": "oe", "æ": "ae", "ł": "l"})


@lru_cache(maxsize=65536)
def without_accents(text: str) -> str:
    """The text with plain letters only."""
    if text.isascii():
        return text
    plain = "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
    return plain.translate(_LETTERS)
