"""Text made comparable: spaces, digits, quotes and dashes of one kind; case, punctuation and accents folded."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛`´ʼ′", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        "٫": ".",
        "٬": ",",
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u061c\ufeff\u00ad", None),
    }
)
_PUNCTUATION = re.compile(r"""[,;:!?"()\[\]{}|*_~]|(?<!\w)[-.']|[-.'](?!\w)""")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[,.](?=\d)")
_MARKED = re.compile(r"[^0-9a-z]+")
_LIGATURES = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_PLAIN_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "œ": "oe", "æ": "ae", "ł": "l"})
"""Letters that Unicode does not decompose, as they are typed where the keyboard has none of them."""


@lru_cache(maxsize=65536)
def tidy(text: str) -> str:
    """One way of writing the same characters (NFKC, ASCII digits, plain quotes and dashes), spaces single and trimmed.

    Case, accents and punctuation stay: this is still what is written.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_SAME)
        text = unicodedata.normalize("NFC", text)  # what was left out may have stood between a letter and its accent
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in text)
    return " ".join(text.split())


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Tidy text without case and punctuation, accents kept: "Dupont, J." is "dupont j". Idempotent.

    A comma or point between digits stays (1,5 is not 15), and so do hyphens and apostrophes inside words.
    """
    before = None
    while text != before:  # case folding can give characters that NFKC writes anew: repeat until nothing moves
        before = text
        text = tidy(tidy(text).casefold())
        text = _BETWEEN_DIGITS.sub("\0", text)
        text = _PUNCTUATION.sub(" ", text.replace(".", " "))
        text = " ".join(text.replace("\0", ".").split())
    return text


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Only letters and digits, without case and accents, words apart by one space: "Élan n° 4" is "elan n 4".

    For comparing names across conventions; letters of other scripts than Latin stay as they are.
    """
    text = unicodedata.normalize("NFKD", tidy(text).casefold()).translate(_LIGATURES)
    if text.isascii():
        return _MARKED.sub(" ", text).strip()
    return " ".join("".join(c if c.isalnum() else " " for c in _without_combining(text)).split())


def without_marks(text: str) -> str:
    """The text decomposed (NFD), without the accents and other marks that combine with letters: "é" is "e".

    Letters that Unicode does not decompose ("ø", "ß") stay.
    """
    return _without_combining(unicodedata.normalize("NFD", text))


@lru_cache(maxsize=65536)
def without_accents(text: str) -> str:
    """The text in plain letters, as people type it who have no accents on the keyboard: "straße" is "strasse"."""
    if text.isascii():
        return text
    return without_marks(text).translate(_PLAIN_LETTERS)


def has_letter(text: str) -> bool:
    """Whether any letter of any script is there."""
    return any(c.isalpha() for c in text)


def _without_combining(decomposed: str) -> str:
    return "".join(c for c in decomposed if not unicodedata.combining(c))
