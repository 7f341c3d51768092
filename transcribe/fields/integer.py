"""Whole numbers, with or without a unit: "12 pcs" and "12,00" are 12 on a French form."""

from __future__ import annotations

from decimal import Decimal

from transcribe.fields._facts import Facts
from transcribe.fields._numbers import comparable, faults_of
from transcribe.model import Field, Form, Value
from transcribe.values import read_number, write_number

FACTS = Facts(
    name={"en": "whole number", "fr": "nombre entier", "es": "número entero"},
    plural={"en": "whole numbers", "fr": "nombres entiers", "es": "números enteros"},
    rank=7,
    input_mode="numeric",
    family="amount",
    holds="count",
    prior=1 / 400,
    guessed=1,
    labels={"#integer": 11},
    example=12,
    fault_words={
        "not a whole number": "This is no whole number.",
    },
)


def parse(text: str, field: Field, form: Form) -> Value:
    """An int; None also for a number with a fraction."""
    number = read_number(text, form.locale, 0)
    if number is None or number.amount != number.amount.to_integral_value():
        return None
    return int(number.amount)


def normalise(text: str, field: Field, form: Form) -> str:
    """The plain number; another text is written like a number as far as it goes."""
    return comparable(text, form, 0)


def write(value: Value, field: Field, form: Form) -> str:
    """The number as the form's locale writes it, thousands grouped."""
    return write_number(Decimal(str(value)), form.locale)


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a number"; "not a whole number"; "negative"."""
    number = read_number(text, form.locale, 0)
    if number is not None and number.amount != number.amount.to_integral_value():
        return ("not a whole number",)
    return faults_of(text, form, 0)
