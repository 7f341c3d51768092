"""VAT numbers of the European Union and its neighbours, with their country and check digit: "FR40303265045"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol, cast

import stdnum
from stdnum.exceptions import InvalidChecksum, ValidationError

from transcribe.fields._facts import Facts
from transcribe.fields._registry_number import bare
from transcribe.model import Field, Form, Value
from transcribe.values import locale_of

FACTS = Facts(
    name={"en": "VAT number", "fr": "Numéro de TVA", "es": "Número de IVA"},
    plural={"en": "VAT numbers", "fr": "numéros de TVA", "es": "números de IVA"},
    has_check_digit=True,
    labels={"#vat": 6},
    fault_words={
        "country": "This is not one of the possible countries.",
        "not a VAT number": "This is no VAT number.",
    },
)


class _Rules(Protocol):
    """The checks of one country's VAT numbers, from python-stdnum."""

    def validate(self, number: str) -> str: ...


_SHAPE = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")
_MODULES = {"EL": "gr", "XI": "gb"}


def parse(text: str, field: Field, form: Form) -> Value:
    """Country and number without spaces, as written: a wrong check digit is a fault.

    A number without a country is of the form's country.
    """
    number = _with_country(bare(text), form.locale)
    return number if _SHAPE.fullmatch(number) else None


def normalise(text: str, field: Field, form: Form) -> str:
    """The number in upper case without spaces and marks, its country before it."""
    return _with_country(bare(text), form.locale)


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a VAT number"; "check digit"; "country" where that country's numbers are not known here."""
    number = _with_country(bare(text), form.locale)
    if not number:
        return ()
    if not _SHAPE.fullmatch(number):
        return ("not a VAT number",)
    module = _rules_of(number[:2])
    if module is None:
        return ("country",)
    try:
        module.validate(number)
    except InvalidChecksum:
        return ("check digit",)
    except ValidationError:
        return ("not a VAT number",)
    return ()


def _with_country(number: str, locale: str) -> str:
    """A number of digits only gets the country of the form."""
    country = locale_of(locale).territory
    return f"{country}{number}" if country and number.isascii() and number.isdigit() else number


@lru_cache(maxsize=64)
def _rules_of(country: str) -> _Rules | None:
    return cast("_Rules | None", stdnum.get_cc_module(_MODULES.get(country, country.lower()), "vat"))
