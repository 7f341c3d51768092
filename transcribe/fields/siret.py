"""French company numbers with their check digit: SIRET (14 digits, an establishment) or SIREN (9, a company)."""

from __future__ import annotations

from stdnum.fr import siren, siret

from transcribe.fields._facts import Facts
from transcribe.fields._registry_number import faults_of, normalise, parsed
from transcribe.model import Field, Form, Value

FACTS = Facts(
    name={"en": "SIRET or SIREN", "fr": "SIRET ou SIREN", "es": "SIRET o SIREN"},
    plural={"en": "SIRET numbers", "fr": "numéros SIRET", "es": "números SIRET"},
    input_mode="numeric",
    has_check_digit=True,
    labels={"#siret": 5},
)

__all__ = ["FACTS", "faults", "normalise", "parse", "write"]

_CHECKS = {9: siren.is_valid, 14: siret.is_valid}
"""The check of a number by its count of digits."""


def parse(text: str, field: Field, form: Form) -> Value:
    """The digits where there are 9 or 14, as written: a wrong check digit is a fault."""
    return parsed(text, _CHECKS)


def write(value: Value, field: Field, form: Form) -> str:
    """The number in groups of three digits, the establishment's five together: "732 829 320 00074"."""
    digits = str(value)
    return " ".join(part for part in (digits[:3], digits[3:6], digits[6:9], digits[9:]) if part)


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a number"; "length"; "check digit"."""
    return faults_of(text, _CHECKS)
