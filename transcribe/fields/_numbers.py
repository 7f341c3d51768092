"""Functions that types of numbers share; `minor` are the decimals of a currency, None where there may be any."""

from __future__ import annotations

from transcribe.model import Form
from transcribe.values import comparable_number, read_number, rough_number


def comparable(text: str, form: Form, minor: int | None) -> str:
    """The plain number without unit or currency. Another text is written like a number as far as it goes."""
    number = read_number(text, form.locale, minor)
    return rough_number(text, form.locale, minor) if number is None else comparable_number(number.amount, minor or 0)


def faults_of(text: str, form: Form, minor: int | None) -> tuple[str, ...]:
    """ "not a number"; "negative"."""
    number = read_number(text, form.locale, minor)
    if number is None:
        return ("not a number",) if text.strip() else ()
    return ("negative",) if number.amount < 0 else ()
