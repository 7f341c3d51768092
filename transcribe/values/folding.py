"""Text made comparable: one kind of spaces, digits, quotes and dashes; case, punctuation and accents folded."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SAME_SIGNS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛`´ʼ′", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        "٫": ".",
        "٬": ",",
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u061c\ufeff\u00ad", None),
    }
)
"""Signs with a plain sign of the same meaning, and signs without meaning (None)."""

_UNSEEN = re.compile("[\u200b-\u200f\u061c\ufeff\u00ad]")
"""Invisible signs without meaning."""

_FRACTION = re.compile("[¼½¾⅐-⅞↉]")
"""A fraction in one sign."""

_RAISED = re.compile("(?<=[0-9])([⁰¹²³⁴-⁹]+)(⁄?)")
"""Small figures behind others: a power, a footnote, or the upper half of a fraction."""

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f\ud800-\udfff]")
"""Characters that nobody writes on paper: controls, and halves of what UTF-16 writes in two."""

_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
"""A decimal digit of another script."""

_PUNCTUATION = re.compile(r"""[,;:!?"()\[\]{}|*_~]|(?<!\w)[-.']|[-.'](?!\w)""")
"""Punctuation, but for hyphens, points and apostrophes inside words."""

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[,.](?=\d)")
"""A comma or point inside a number."""

_NO_PLAIN_SIGNS = re.compile(r"[^0-9a-z]+")
"""Anything but plain letters and digits."""

_LIGATURES = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""Letters that Unicode does not decompose, as `fold` compares them."""

_PLAIN_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "œ": "oe", "æ": "ae", "ł": "l"})
"""Letters that Unicode does not decompose, as people type them on a keyboard without them."""


def as_written(text: str) -> str:
    """The text as it is written, with single spaces and none at its ends: "2º – B" stays so. NFC."""
    return " ".join(unicodedata.normalize("NFC", _UNSEEN.sub("", text)).split())


@lru_cache(maxsize=65536)
def tidy(text: str) -> str:
    """The text in one way of writing: NFKC, ASCII digits, plain quotes and dashes, single spaces, none at its ends.

    Case, accents and punctuation stay: it is still the text that was written. 2½ is 2 1/2, and 10² is 10^2.
    """
    if not text.isascii():
        text = _with_plain_fractions(text)
        text = unicodedata.normalize("NFKC", text).translate(_SAME_SIGNS)
        text = unicodedata.normalize("NFC", text)  # what was left out may have stood between a letter and its accent
        text = _OTHER_DIGIT.sub(_plain_digit, text)
    return " ".join(text.split())


def _with_plain_fractions(text: str) -> str:
    """The text with fractions apart from the figures before them: NFKC alone writes 21/2 for 2½, and 102 for 10²."""
    text = _FRACTION.sub(lambda it: f" {unicodedata.normalize('NFKC', it[0])}", text)
    text = _RAISED.sub(lambda it: f" {it[1]}{it[2]}" if it[2] else f"^{it[1]}", text)
    return text.replace("⁄", "/")


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
    """Only letters and digits, without case and accents, one space between words: "Élan n° 4" is "elan n 4".

    It compares names across conventions. Letters of other scripts than Latin stay as they are.
    """
    text = unicodedata.normalize("NFKD", tidy(text).casefold()).translate(_LIGATURES)
    if text.isascii():
        return _NO_PLAIN_SIGNS.sub(" ", text).strip()
    return " ".join("".join([c if c.isalnum() else " " for c in _without_combining(text)]).split())


def without_marks(text: str) -> str:
    """The text decomposed (NFD), without the accents and other marks that combine with letters: "é" is "e".

    Letters that Unicode does not decompose ("ø", "ß") stay.
    """
    return _without_combining(unicodedata.normalize("NFD", text))


@lru_cache(maxsize=65536)
def without_accents(text: str) -> str:
    """The text in plain letters, as people type it on a keyboard without accents: "straße" is "strasse"."""
    if text.isascii():
        return text
    return without_marks(text).translate(_PLAIN_LETTERS)


def shown_controls(text: str) -> str:
    """The text with a sign in place of each character that nobody writes: NUL, other controls, halves of surrogates."""
    return text if text.isprintable() else _CONTROLS.sub("\ufffd", text)


def has_letter(text: str) -> bool:
    """Whether the text has a letter of any script."""
    return any(c.isalpha() for c in text)


def _plain_digit(found: re.Match[str]) -> str:
    return str(unicodedata.decimal(found[0]))


def _without_combining(decomposed: str) -> str:
    combining = unicodedata.combining
    return "".join([c for c in decomposed if not combining(c)])
