"""Quantities that may have decimals, with or without a unit: "2,5 kg" is "2.5"."""

from __future__ import annotations

from decimal import Decimal

from transcribe.fields._facts import Facts
from transcribe.fields._numbers import comparable, faults_of
from transcribe.model import Field, Form, Value
from transcribe.values import plain_number, read_number, write_number

FACTS = Facts(
    name={"en": "decimal number", "fr": "nombre décimal", "es": "número decimal"},
    plural={"en": "decimal numbers", "fr": "nombres décimaux", "es": "números decimales"},
    rank=6,
    input_mode="decimal",
    family="amount",
    holds="number",
    prior=1e-4,
    guessed=3,
    labels={"#decimal": 8},
    example="2.5",
)


def parse(text: str, field: Field, form: Form) -> Value:
    """A decimal string without needless zeros."""
    number = read_number(text, form.locale, None)
    return None if number is None else plain_number(number.amount)


def normalise(text: str, field: Field, form: Form) -> str:
    """The plain number, the unit left out; another text is written like a number as far as it goes."""
    return comparable(text, form, None)


def write(value: Value, field: Field, form: Form) -> str:
    """The quantity as the form's locale writes it."""
    return write_number(Decimal(str(value)), form.locale)


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a number"; "negative"."""
    return faults_of(text, form, None)
