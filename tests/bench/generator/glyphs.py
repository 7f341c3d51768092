"""What characters look like, and where keys lie."""

from __future__ import annotations

import random
import unicodedata
from functools import cache

LIKE = {
    "0": "O68D", "1": "l7I", "2": "Z7", "3": "85", "4": "9", "5": "S6", "6": "b08", "7": "1T", "8": "B36", "9": "4g",
    "O": "0QD", "B": "8", "S": "5", "Z": "2", "I": "1l", "D": "O0", "G": "6C", "Q": "O", "T": "7", "A": "4",
    "a": "oe", "e": "c", "c": "e", "o": "a0", "n": "u", "u": "n", "i": "l", "l": "1i", "t": "f", "f": "t", "h": "b",
    "b": "h6", "g": "q9", "q": "g", "s": "5", "y": "g", "r": "n", "m": "n", "v": "u", "w": "v", "ü": "u", "ö": "o",
    "ä": "a", "é": "e", "è": "e", "ß": "B", "E": "F", "F": "E", "H": "N", "M": "N", "P": "R", "R": "P", "K": "X",
    "C": "G", "J": "I", "L": "I", "N": "H", "U": "V", "V": "U", "W": "V", "X": "K", "Y": "V", ".": ",", ",": ".",
    "-": "~", "/": "1",
}  # fmt: skip
"""For each character those it is taken for."""


@cache
def like(print_number: int) -> dict[str, str]:
    """What engines take characters for in so many prints of a form: LIKE in the first, in a later one what LIKE has for
    another character of the same kind (digit, capital, small letter, other)."""
    if not print_number:
        return LIKE
    kinds: dict[str, list[str]] = {}
    for glyph in LIKE:
        kind = "digit" if glyph.isdigit() else "capital" if glyph.isupper() else "small" if glyph.isalpha() else "other"
        kinds.setdefault(kind, []).append(glyph)
    shuffled = {}
    for kind, glyphs in kinds.items():
        others = glyphs.copy()
        random.Random(f"print {print_number} {kind}").shuffle(others)
        shuffled.update(
            {glyph: LIKE[other].replace(glyph, "") or LIKE[glyph] for glyph, other in zip(glyphs, others, strict=True)}
        )
    return shuffled


_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
BESIDE = {key: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in _ROWS for at, key in enumerate(row)}
"""For each key those beside it."""


def without_accents(text: str) -> str:
    """As somebody types who has no accents on the keyboard."""
    plain = "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
    return plain.replace("ß", "ss").replace("ø", "o").replace("Ø", "O")
