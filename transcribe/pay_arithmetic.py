"""The arithmetic of pay: integer micro-units, rounded in the person's favour. Nothing here knows what was decided."""

from __future__ import annotations

from fractions import Fraction

MICRO = 1_000_000
"""Micro-units in one unit of a currency."""

HOUR = 3600


def for_time(micro_an_hour: int, seconds: float) -> int:
    """Micro-units for a time at a rate an hour, rounded up."""
    return up(Fraction(micro_an_hour) * Fraction(seconds) / HOUR)


def up(amount: Fraction) -> int:
    """The next whole micro-unit."""
    return -((-amount.numerator) // amount.denominator)


def an_hour(micro: int, seconds: float) -> int | None:
    """What a pay comes to for one hour of measured time, rounded to the nearest; None where no time was measured."""
    return None if seconds <= 0 else round(Fraction(micro) * HOUR / Fraction(seconds))
