"""Amounts of money, in the field's or form's currency: "1 234,50 EUR" is "1234.50"."""

from __future__ import annotations

from decimal import Decimal

from transcribe.fields._facts import Facts
from transcribe.fields._numbers import comparable, faults_of
from transcribe.model import Field, Form, Value
from transcribe.values import (
    Number,
    currency_of,
    minor_digits,
    other_currency,
    plain_number,
    read_number,
    write_number,
)

FACTS = Facts(
    name={"en": "amount", "fr": "montant", "es": "importe"},
    plural={"en": "amounts", "fr": "montants", "es": "importes"},
    rank=5,
    input_mode="decimal",
    family="amount",
    holds="money",
    prior=1e-5,
    labels={"#sum": 9, "#amount": 12},
    example="1234.50",
    fault_words={
        "currency": "Another currency stands beside the amount than this form uses.",
    },
)


def parse(text: str, field: Field, form: Form) -> Value:
    """A decimal string with the decimals of the currency's minor unit, or more where more are written."""
    number = _read(text, field, form)
    return None if number is None else plain_number(number.amount, _minor(field, form))


def normalise(text: str, field: Field, form: Form) -> str:
    """The plain number, the currency left out; another text is written like a number as far as it goes."""
    return comparable(text, form, _minor(field, form))


def write(value: Value, field: Field, form: Form) -> str:
    """The amount as the form's locale writes it, without a currency sign."""
    return write_number(Decimal(str(value)), form.locale, _minor(field, form))


def faults(text: str, field: Field, form: Form) -> tuple[str, ...]:
    """ "not a number"; "currency" where another one stands beside it; "negative"."""
    is_other = _read(text, field, form) is not None and other_currency(text, field, form)
    return (*(("currency",) if is_other else ()), *faults_of(text, form, _minor(field, form)))


def _minor(field: Field, form: Form) -> int:
    return minor_digits(currency_of(field, form))


def _read(text: str, field: Field, form: Form) -> Number | None:
    return read_number(text, form.locale, _minor(field, form))
