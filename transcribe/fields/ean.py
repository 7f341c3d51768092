"""Article numbers as in barcodes: EAN-8, UPC-A (12), EAN-13 and GTIN-14 with their check digit."""

from __future__ import annotations

from stdnum import ean

from transcribe.fields._facts import Facts
from transcribe.fields._registry_number import faults_of, normalise, parsed
from transcribe.model import Field, Form, Value

FACTS = Facts(
    name={"en": "EAN or GTIN", "fr": "EAN ou GTIN", "es": "EAN o GTIN"},
    plural={"en": "article numbers (EAN)", "fr": "numéros d’article (EAN)", "es": "números de artículo (EAN)"},
    input_mode="numeric",
    has_check_digit=True,
    barcode="is",
    labels={"#ean": 4},
)

__all__ = ["FACTS", "faults", "normalise", "parse"]

_CHECKS = dict.fromkeys((8, 12, 13, 14), ean.is_valid)
"""The check of a number by its count of digits."""


def parse(text: str, field: Field, form: Form) -> Value:
    """The digits where there are 8, 12, 13 or 14, as written: a wrong check digit is a fault."""
    return parsed(text, _CHECKS)


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a number"; "length"; "check digit"."""
    return faults_of(text, _CHECKS)
