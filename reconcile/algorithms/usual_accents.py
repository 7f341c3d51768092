"""Words that usually have accents, which a text has not: by how often both forms occur in a language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

MIN_TIMES_AS_OFTEN = 2.0
"""An accented form that occurs so many times as often as the plain one is the usual one. Of 15 decided values with such
a word, on 802 photographs of five forms, 4 were wrong; of all 28,422 decided ones 40 were.
"""

RAREST_FREQUENCY = 1e-6
"""How often a word occurs at most that the lists do not have: their limit, as a share of all words."""

WORD_PATTERN = re.compile(r"[^\W\d_]{2,}")
"""A word as the lists have it: what stands before and after an apostrophe are two."""


def lacks_usual_accents(text: str, languages: Sequence[str]) -> bool:
    """Whether a word of a text has a form with other accents that is far more frequent: "Herve", usually "Hervé".

    Words in capitals are often written without accents, and left out. `languages` are those of the text, as Tesseract
    names them ("fra"); one without a list says nothing. The frequencies are those of the package wordfreq.
    """
    lists = [each for each in map(_frequencies, languages) if each is not None]
    return any(_lacks_accents(word.casefold(), lists) for word in WORD_PATTERN.findall(text) if not word.isupper())


def _lacks_accents(word: str, lists: Sequence[tuple[Mapping[str, float], Mapping[str, float]]]) -> bool:
    """Whether a form of a word with other accents is the usual one in a language, and it stands as it is in none.

    A word that has an accent and is listed stands as it is: there are both "côte" and "côté".
    """
    plain, lacks = _plain(word), False
    for frequencies, accented in lists:
        as_it_stands = frequencies.get(word, 0.0)
        if accented.get(plain, 0.0) >= MIN_TIMES_AS_OFTEN * max(as_it_stands, RAREST_FREQUENCY) and (
            plain == word or not as_it_stands
        ):
            lacks = True
        elif as_it_stands:
            return False
    return lacks


@lru_cache(16)
def _frequencies(language: str) -> tuple[Mapping[str, float], Mapping[str, float]] | None:
    """How often words of a language occur, and, by plain form, the most frequent one with accents.

    None where there is no list of the language.
    """
    from wordfreq import available_languages, get_frequency_dict  # half a second, which not every command has to wait

    code = _short_code(language)
    if code not in available_languages("small"):
        return None
    frequencies = get_frequency_dict(code, "small")
    accented: dict[str, float] = {}
    for word, often in frequencies.items():
        if not word.isascii() and (plain := _plain(word)) != word:
            accented[plain] = max(often, accented.get(plain, 0.0))
    return frequencies, accented


def _short_code(language: str) -> str:
    """The code of a language in two letters, where it has one: "fr" of "fra"."""
    from langcodes import standardize_tag

    return str(standardize_tag(language.partition("_")[0]))


def _plain(word: str) -> str:
    """A word without accents."""
    return "".join(each for each in unicodedata.normalize("NFD", word) if not unicodedata.combining(each))
