"""Numbers with their nouns, as commands print them."""

from __future__ import annotations

from gettext import NullTranslations


def plural(number: float, one: str, many: str) -> str:
    """One of two sentences, by the number that stands at their {n}: commands speak English."""
    whole = round(number)
    return NullTranslations().ngettext(one, many, whole).format(n=whole)


def counted(number: float, noun: str, nouns: str = "") -> str:
    """A number and its noun: "1 field", "2 fields". `nouns` where more than one are not the noun with an s."""
    return plural(number, f"{{n}} {noun}", f"{{n}} {nouns or noun + 's'}")
