"""Numbers whose last digit is a Luhn check digit (ISO/IEC 7812-1): account, customer and many order numbers."""

from __future__ import annotations

from stdnum import luhn

from transcribe.fields._facts import Facts
from transcribe.fields._registry_number import bare, is_digits, normalise
from transcribe.model import Field, Form, Value
from transcribe.values import breaks_pattern

FACTS = Facts(
    name={
        "en": "number with check digit (Luhn)",
        "fr": "nombre à chiffre de contrôle (Luhn)",
        "es": "número con dígito de control (Luhn)",
    },
    plural={
        "en": "numbers with a check digit",
        "fr": "numéros à clé de contrôle",
        "es": "números con dígito de control",
    },
    input_mode="numeric",
    has_check_digit=True,
    is_of_cards=True,
    labels={"#luhn": 7, "#card": 7},
)

__all__ = ["FACTS", "faults", "normalise", "parse"]


def parse(text: str, field: Field, form: Form) -> Value:
    """The digits as written: a wrong check digit is a fault."""
    digits = bare(text)
    return digits if is_digits(digits) else None


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a number"; "pattern" where the field has one; "check digit"."""
    digits = bare(text)
    if not digits:
        return ()
    if not is_digits(digits):
        return ("not a number",)
    broken = ("pattern",) if breaks_pattern(digits, field.pattern) else ()
    return broken + (() if luhn.is_valid(digits) else ("check digit",))
