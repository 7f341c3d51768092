"""Which type of field a label names, as forms in English, French, Spanish, German, Italian and Dutch print them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from transcribe.values import any_word, without_marks

WORDS_FOLDER = Path(__file__).parent / "words"
"""The words of labels, one file for each language."""

LANGUAGES = frozenset({"eng", "fra", "spa", "deu", "ita", "nld"})
"""The languages of these words, as Tesseract names them."""

TYPE_OF_SUBJECT: tuple[tuple[str, str], ...] = (
    ("signature", "signature"),
    ("email", "email"),
    ("phone", "phone"),
    ("ean", "ean"),
    ("siret", "siret"),
    ("vat", "vat"),
    ("luhn", "luhn"),
    ("card", "luhn"),
    ("decimal", "decimal"),
    ("sum", "amount"),
    ("date", "date"),
    ("integer", "integer"),
    ("amount", "amount"),
    ("code", "code"),
    ("address", "address"),
    ("name", "name"),
)
"""The lists of words, each with the type that it stands for. The first list with a word of the label counts."""

UNPAID_TYPES = frozenset({"checkbox", "signature", "amount", "choice"})
"""Types of fields that say how, how much or that somebody pays: no number of a card or account stands in them."""

PAYMENT_SUBJECTS = ("card", "payment")
"""The lists of words for what a card or an account is known by."""

OTHER_MEANINGS: dict[str, tuple[str, str]] = {
    "deu": (r"\bfirma\b", "company"),
    "spa": (r"\bnombre\b", "name"),
    "ita": (r"\bdata\b", "date"),
}
"""Words that mean something else in one language than in another, and what they mean there in English."""


def plain(text: str) -> str:
    """The text in lower case without accents, every number sign as °."""
    return without_marks(text.replace("º", "°").replace("ß", "ss")).lower()


def type_of(label: str, language: str) -> str:
    """The type of field that a label names on a form in this language (as Tesseract names it); else "text"."""
    word, meaning = OTHER_MEANINGS.get(language, ("", ""))
    text = re.sub(word, meaning, plain(label)) if word else plain(label)
    return next((kind for kind, pattern in _type_patterns() if pattern.search(text)), "text")


def looks_like_payment(label: str, type_name: str) -> bool:
    """Whether a field is for the number of a card or account, or what belongs to it.

    Its label says so. A number with the check digit of cards is one, unless its label says what else it is.
    """
    text = plain(label)
    if type_name in UNPAID_TYPES:
        return False
    if any(re.search(any_word(WORDS_FOLDER, subject), text) for subject in PAYMENT_SUBJECTS):
        return True
    return type_name == "luhn" and not re.search(any_word(WORDS_FOLDER, "luhn"), text)


@cache
def _type_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(any_word(WORDS_FOLDER, subject))) for subject, kind in TYPE_OF_SUBJECT)
