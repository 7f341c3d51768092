"""Words in the reader's language: gettext catalogues, read from their .po files when they are first needed."""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from transcribe.i18n.form_words import FORM_WORDS
from transcribe.i18n.form_words import N_ as N_

LOCALE = Path(__file__).parent / "locale"
"""The folder of the catalogues."""

SOURCE_LANGUAGE = "en"
"""The messages in the code are English; other languages are one catalogue each."""

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi"})
"""Languages that are written from right to left."""


def languages() -> tuple[str, ...]:
    """Every language that there are messages in, the source language first."""
    return (SOURCE_LANGUAGE, *sorted(path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/fairhand.po")))


@cache
def translation(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; it leaves messages in English where there is no such catalogue.

    The .po file is the only copy: compiling it in memory takes a few hundredths of a second, once, and cannot be stale.
    """
    if language == SOURCE_LANGUAGE or language not in languages():
        return gettext.NullTranslations()
    with (LOCALE / language / "LC_MESSAGES" / "fairhand.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def direction(language: str) -> str:
    """The direction of writing of a language: "rtl" or "ltr"."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def said(texts: Mapping[str, str], language: str) -> str:
    """A text of a form in this language, else in English, else in its first one.

    What forms often call a field is known in every language: a form that has it in English alone need not say it.
    """
    if language in texts:
        return texts[language]
    text = texts.get(SOURCE_LANGUAGE) or next(iter(texts.values()), "")
    return translation(language).gettext(text) if text in FORM_WORDS else text
