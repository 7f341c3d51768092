"""The arithmetic of pay in whole micro-units, rounded in the person's favour.

It does not depend on what was decided.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

MICRO_UNITS = 1_000_000
"""Micro-units in one unit of a currency."""

HOUR_SECONDS = 3600
"""Seconds of an hour."""


def for_time(micro_an_hour: int, seconds: float) -> int:
    """Micro-units for a time at a rate an hour, rounded up."""
    return up(Fraction(micro_an_hour) * Fraction(seconds) / HOUR_SECONDS)


def up(amount: Fraction) -> int:
    """The next whole micro-unit."""
    return -((-amount.numerator) // amount.denominator)


def an_hour(micro: int, seconds: float) -> int | None:
    """The pay for one hour of measured time, rounded to the nearest; None where no time was measured."""
    return None if seconds <= 0 else round(Fraction(micro) * HOUR_SECONDS / Fraction(seconds))


def decimal_text(micro: int) -> str:
    """Micro-units as decimal text with at least two places."""
    text = f"{Decimal(micro) / MICRO_UNITS:.6f}"
    whole, _, places = text.partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}"
