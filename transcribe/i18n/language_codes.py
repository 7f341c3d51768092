"""Codes of languages: which of what somebody typed are none."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from babel import Locale
from babel.core import get_global


def unknown_languages(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes that no language has, of two letters or three, with or without a country behind."""
    known, other = Locale.parse("en").languages, get_global("language_aliases")
    bases = {code: code.replace("-", "_").partition("_")[0].lower() for code in codes}
    return tuple(code for code, base in bases.items() if base not in known and base not in other)


def first_spoken(read: Iterable[str], spoken: Collection[str]) -> str | None:
    """The first language among those that somebody reads in which there are pages; None where there is none."""
    plain = (code.replace("_", "-").partition("-")[0].lower() for code in read)
    return next((each for each in plain if each in spoken), None)
