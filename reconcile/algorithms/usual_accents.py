"""Words that usually have accents, which a text has not: by how often both forms occur in a language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log2

RAREST_FREQUENCY = 1e-6
"""How often a word occurs at most that the lists do not have: their limit, as a share of all words."""

WORD_PATTERN = re.compile(r"[^\W\d_]{2,}")
"""A word as the lists have it: what stands before and after an apostrophe are two."""


def missing_accent_bits(text: str, languages: Sequence[str]) -> float:
    """How many bits oftener a word of a text has other accents: "Herve" is usually "Hervé". At least 0.

    It is that of the word that lacks them most. Words in capitals are often written without accents, and left out.
    `languages` are those of the text, as Tesseract names them ("fra"); one without a list says nothing. The frequencies
    are those of the package wordfreq.
    """
    lists = [each for each in map(_frequencies, languages) if each is not None]
    words = [word.casefold() for word in WORD_PATTERN.findall(text) if not word.isupper()]
    return max([_missing_bits(word, lists) for word in words], default=0.0) if lists else 0.0


def _missing_bits(word: str, lists: Sequence[tuple[Mapping[str, float], Mapping[str, float]]]) -> float:
    """How many times as often a form of a word with other accents occurs, in bits, in the language where it is least.

    A word that has an accent and is listed stands as it is: there are both "côte" and "côté".
    """
    plain, found = _plain(word), []
    for frequencies, accented in lists:
        as_it_stands = frequencies.get(word, 0.0)
        if accented.get(plain) and (plain == word or not as_it_stands):
            found.append(log2(accented[plain] / max(as_it_stands, RAREST_FREQUENCY)))
        elif as_it_stands:
            return 0.0
    return max(0.0, min(found, default=0.0))


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
