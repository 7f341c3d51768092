"""Article numbers as in barcodes: EAN-8, UPC-A (12), EAN-13 and GTIN-14 with their check digit."""

from __future__ import annotations

from stdnum import ean

from transcribe.fields._registered import bare
from transcribe.model import Field, Form, Value

EXACT = True
INPUT_MODE = "numeric"

_LENGTHS = (8, 12, 13, 14)


def parse(text: str, field: Field, form: Form) -> Value:
    """The digits where there are 8, 12, 13 or 14; a wrong check digit is a fault, the number is what is written."""
    digits = bare(text)
    return digits if _is_digits(digits) and len(digits) in _LENGTHS else None


def normalise(text: str, field: Field, form: Form) -> str:
    """Without spaces and dashes."""
    return bare(text)


def write(value: Value, field: Field, form: Form) -> str:
    """The digits."""
    return "" if value is None else str(value)


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a number"; "length"; "check digit"."""
    digits = bare(text)
    if not digits:
        return ()
    if not _is_digits(digits):
        return ("not a number",)
    if len(digits) not in _LENGTHS:
        return ("length",)
    return () if ean.is_valid(digits) else ("check digit",)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
