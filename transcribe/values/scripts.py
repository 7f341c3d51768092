"""Letters of scripts that a form's languages do not use: replaced where they look alike, else reported."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from transcribe.model import Form

if TYPE_CHECKING:
    import regex

LATIN = frozenset({"Latn"})
"""The script whose letters stand in every language: in codes, units and addresses."""

PARTS_OF_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "Jpan": ("Hani", "Hira", "Kana"),
    "Kore": ("Hang", "Hani"),
    "Hans": ("Hani",),
    "Hant": ("Hani",),
    "Latf": ("Latn",),
}
"""Scripts of ISO 15924 that Unicode knows by their parts, or as another."""

UNIT_LETTERS = "\u03bc\u03a9"
"""Units whose signs Unicode writes as Greek letters: micro and ohm. They stand in texts of every script."""


def in_letters_of(form: Form, text: str) -> str:
    """The text with each letter of another script as the letter of the form's that looks like it (UTS #39).

    It stays as it is where one of them has none, and of a form whose languages are not written in Latin letters alone.
    """
    return text if text.isascii() or scripts_of(form.languages) != LATIN else _in_latin(text)


@lru_cache(maxsize=65536)
def _in_latin(text: str) -> str:
    if not _of_others(LATIN).search(_compatible(text)):
        return text
    letters = [_as_latin(each) for each in unicodedata.normalize("NFD", text)]
    return text if None in letters else unicodedata.normalize("NFC", "".join(filter(None, letters)))


def has_other_letters(form: Form, text: str, *, exact: bool = False) -> bool:
    """Whether a text has letters of a script that none of the form's languages has; Latin ones are none.

    In an `exact` one, as a code, the letter of a unit is one, and so is an accent on what has none. False where the
    script of a language is not known.
    """
    scripts = scripts_of(form.languages)
    return bool(scripts) and not text.isascii() and bool(_of_others(scripts | LATIN, exact).search(_compatible(text)))


@cache
def scripts_of(languages: tuple[str, ...]) -> frozenset[str]:
    """The scripts of languages that are called as Tesseract calls them ("fra", "srp_latn"): codes of ISO 15924.

    Empty where one of them is not known.
    """
    from langcodes import Language  # a quarter of a second, which plain text has not to wait

    found = set[str]()
    for language in languages:
        name, _, kind = language.partition("_")
        try:
            script = Language.get(f"{name}-{kind}" if len(kind) == 4 else name).maximize().script or ""
        except ValueError:  # no code of a language
            return frozenset()
        found.update(PARTS_OF_SCRIPTS.get(script, (script,)))
    return frozenset() if "" in found else frozenset(found)


@cache
def _of_others(scripts: frozenset[str], exact: bool = False) -> regex.Pattern[str]:
    """Letters and marks of other scripts. Units and marks that all scripts share are none, unless a text is exact."""
    import regex  # as long as all else here together, which plain text has not to wait for

    known = "".join(rf"\p{{sc={each}}}" for each in sorted(scripts | {"Zyyy"}))
    shared = "" if exact else rf"\p{{sc=Zinh}}{UNIT_LETTERS}"
    return regex.compile(rf"[[\p{{L}}\p{{M}}]--[{known}{shared}]]", regex.V1)


def _compatible(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _as_latin(character: str) -> str | None:
    """The character itself if it is Latin, else the Latin letters that look like it; None where there are none."""
    if not _of_others(LATIN).search(_compatible(character)):
        return character
    letters = [_lookalike(each) for each in unicodedata.normalize("NFKD", character)]
    return None if None in letters else "".join(filter(None, letters))


@cache
def _lookalike(letter: str) -> str | None:
    """The letter of Latin-1 that looks like a letter, a capital like a capital; None where none does."""
    if not _of_others(LATIN).search(letter):
        return letter
    from confusable_homoglyphs.confusables import confusables_data  # a file of a megabyte

    direct = [each["c"] for each in confusables_data.get(letter, ())]
    alike = {*direct, *(each["c"] for other in direct for each in confusables_data.get(other, ()))}
    plain = [each for each in alike if len(each) == 1 and ord(each) < 256 and each.isalpha()]
    return min((each for each in plain if each.isupper() == letter.isupper()), default=None)
