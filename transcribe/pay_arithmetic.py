"""The arithmetic of pay in whole micro-units, rounded in the person's favour.

It does not depend on what was decided.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from babel.numbers import get_currency_precision

MICRO_UNITS = 1_000_000
"""Micro-units in one unit of a currency."""

MICRO_PLACES = 6
"""Decimal places of a micro-unit."""

HOUR_SECONDS = 3600
"""Seconds of an hour."""

MIN_PLAUSIBLE_SECONDS = 0.5
"""Nobody looks at a picture and answers in less. Such a reading is paid like any other, and is no measure of people."""

MOST_AMOUNT = 10_000_000
"""No reading and no hour pays more, in any currency that circulates: some 100 EUR in the smallest. Chosen by hand."""


def is_too_much(amount: str) -> bool:
    """Whether an amount is more than a reading or an hour pays anywhere: a slip, as of the point."""
    try:
        return Decimal(amount) > MOST_AMOUNT
    except InvalidOperation:
        return False


def for_time(micro_an_hour: int, seconds: float) -> int:
    """Micro-units for a time at a rate an hour, rounded up."""
    return up(Fraction(micro_an_hour) * Fraction(seconds) / HOUR_SECONDS)


def up(amount: Fraction) -> int:
    """The next whole micro-unit."""
    return -((-amount.numerator) // amount.denominator)


def an_hour(micro: int, seconds: float) -> int | None:
    """The pay for one hour of measured time, rounded to the nearest; None where no time was measured."""
    return None if seconds <= 0 else round(Fraction(micro) * HOUR_SECONDS / Fraction(seconds))


def least_amount(currency: str) -> int:
    """Micro-units of the minor unit of a currency, the least that a bank transfers (CLDR): 0.01 EUR or 1 JPY."""
    return int(MICRO_UNITS // 10 ** get_currency_precision(currency))


def payable(due: int, currency: str) -> int:
    """Of micro-units that are due what can be transferred: whole minor units of the currency, never less than 0."""
    return max(0, due - due % least_amount(currency))


def decimal_text(micro: int, least_places: int = 2) -> str:
    """Micro-units as decimal text with at least two places, or as many as are named; none is left out."""
    text = f"{Decimal(micro) / MICRO_UNITS:.6f}"
    whole, _, places = text.partition(".")
    shown = places.rstrip("0").ljust(least_places, "0")
    return f"{whole}.{shown}" if shown else whole


def amount_text(micro: int, currency: str) -> str:
    """Micro-units as decimal text with the places of their currency, as 0.95 EUR or 95 JPY, and more where needed."""
    return decimal_text(micro, get_currency_precision(currency))


def end_of_day(day: date, at: datetime) -> datetime:
    """The last moment of a day in UTC, or `at` where that comes first."""
    return min(at, datetime.combine(day, time.max, UTC))
