"""Which type of field a label names, as forms in English, French, Spanish, German, Italian and Dutch print them."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations
from pathlib import Path

from babel.numbers import get_currency_symbol, list_currencies
from stdnum import luhn

from transcribe.fields._field_type import FREE_TEXT, facts_of, names
from transcribe.values import SHARED_SIGNS, any_word, without_marks

WORDS_FOLDER = Path(__file__).parent / "words"
"""The words of labels, one file for each language."""

LANGUAGES_OF_LABELS = frozenset({"eng", "fra", "spa", "deu", "ita", "nld"})
"""The languages of these words, as Tesseract names them."""

PAYMENT_SUBJECTS = ("card", "payment")
"""The lists of words for what a card or an account is known by."""

CARD_NUMBER = re.compile(r"[2-6]\d{12,18}")
"""13 to 19 digits, the first of them that of banks, travel or shops, as ISO/IEC 7812-1 gives them out."""

OTHER_MEANINGS: dict[str, tuple[str, str]] = {
    "deu": (r"\bfirma\b", "company"),
    "spa": (r"\bnombre\b", "name"),
    "ita": (r"\bdata\b", "date"),
}
"""Words that mean something else in one language than in another, and what they mean there in English."""


def plain_label(text: str) -> str:
    """The text in lower case without accents, every number sign as °."""
    return without_marks(text.replace("º", "°").replace("ß", "ss")).lower()


def type_of(label: str, language: str) -> str:
    """The type of field that a label names on a form; free text where it names none.

    The language is as Tesseract names it. The first words that are found in the label count, see `Facts.labels`.
    """
    word, meaning = OTHER_MEANINGS.get(language, ("", ""))
    text = re.sub(word, meaning, plain_label(label)) if word else plain_label(label)
    return next((kind for kind, pattern in _type_patterns() if pattern.search(text)), FREE_TEXT)


def looks_like_payment(label: str, type_name: str) -> bool:
    """Whether a field is for the number of a card or account, or what belongs to it.

    Its label says so. A number with the check digit of cards is one, unless its label says what else it is.
    """
    text = plain_label(label)
    facts = facts_of(type_name)
    if facts.is_mark or facts.is_money or facts.is_choice:
        return False  # it says how, how much or that somebody pays
    if any(re.search(any_word(WORDS_FOLDER, subject), text) for subject in PAYMENT_SUBJECTS):
        return True
    return facts.is_of_cards and not any(kind == type_name and words.search(text) for kind, words in _type_patterns())


def card_numbers(text: str) -> list[str]:
    """The numbers in a text that may be of payment cards, as digits: with their check digit (ISO/IEC 7812-1)."""
    runs = (re.findall(r"\d+", run, re.ASCII) for run in re.findall(r"\d[\d .-]*", text, re.ASCII))
    found = ("".join(run[first:last]) for run in runs for first, last in combinations(range(len(run) + 1), 2))
    return [digits for digits in found if CARD_NUMBER.fullmatch(digits) and luhn.is_valid(digits)]


def named_currency(label: str) -> str:
    """The code of the currency that a label ends with, "" where it names none.

    It names one by its code, or by the sign of that one alone: of several that share one the form says which it is.
    """
    word = (label.split() or [""])[-1].strip("()[].:")
    own = (code for code in list_currencies() if word == get_currency_symbol(code, locale="en"))
    is_shared = any(word.casefold() in signs for signs in SHARED_SIGNS.values())
    return "" if is_shared else word if word in list_currencies() else next(own, "")


@cache
def _type_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each type with words of its labels, in the order in which labels are looked through."""
    told = ((at, name, label) for name in names() for label, at in facts_of(name).labels.items())
    return tuple((name, re.compile(_words(label))) for _, name, label in sorted(told))


def _words(label: str) -> str:
    return any_word(WORDS_FOLDER, label[1:]) if label.startswith("#") else label
