"""Article numbers as in barcodes: EAN-8, UPC-A (12), EAN-13 and GTIN-14 with their check digit."""

from __future__ import annotations

from stdnum import ean

from transcribe.fields._facts import CHECK_DIGIT_FAULTS, Facts
from transcribe.fields._registry_number import bare, is_digits, normalise, write
from transcribe.model import Field, Form, Value

FACTS = Facts(
    name={"en": "EAN or GTIN", "fr": "EAN ou GTIN", "es": "EAN o GTIN"},
    plural={"en": "article numbers (EAN)", "fr": "numéros d’article (EAN)", "es": "números de artículo (EAN)"},
    input_mode="numeric",
    repairable_faults=CHECK_DIGIT_FAULTS,
    is_one_word=True,
    barcode="is",
    labels={"#ean": 4},
)

__all__ = ["FACTS", "faults", "normalise", "parse", "write"]

_LENGTHS = (8, 12, 13, 14)
"""How many digits there may be."""


def parse(text: str, field: Field, form: Form) -> Value:
    """The digits where there are 8, 12, 13 or 14, as written: a wrong check digit is a fault."""
    digits = bare(text)
    return digits if is_digits(digits) and len(digits) in _LENGTHS else None


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a number"; "length"; "check digit"."""
    digits = bare(text)
    if not digits:
        return ()
    if not is_digits(digits):
        return ("not a number",)
    if len(digits) not in _LENGTHS:
        return ("length",)
    return () if ean.is_valid(digits) else ("check digit",)
