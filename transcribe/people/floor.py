"""Whether a form pays fairly enough to begin: a floor is known, honest to its source, and reached as measured."""

from __future__ import annotations

from typing import Literal

from transcribe.pay_arithmetic import an_hour
from transcribe.store import Floor, Pace, Rate

PayFault = Literal["no floor", "floor under its source", "no rate", "currencies differ", "pays under the floor"]
"""Why paid work of a form must not start."""

MIN_MEASURED_READINGS = 30
"""A measured speed counts from this many readings on: fewer may be one slow person's first hour. Chosen by hand."""


def pay_faults(rate: Rate | None, floor: Floor | None, pace: Pace) -> tuple[PayFault, ...]:
    """Why paid work of a form must not start, empty where it may. `rate` is that of one reading.

    The top-up would bring everybody to the floor all the same. A rate that always needs it is still refused, as people
    plan by the rate that they are shown.
    """
    faults: list[PayFault] = []
    if floor is None:
        faults.append("no floor")
    elif not has_fair_floor(floor):
        faults.append("floor under its source")
    if rate is None:
        faults.append("no rate")
    if rate is None or floor is None:
        return tuple(faults)
    if rate.currency != floor.currency:
        faults.append("currencies differ")
    elif (
        pace.readings >= MIN_MEASURED_READINGS
        and (an_hour(rate.micro * pace.readings, pace.seconds) or 0) < floor.micro
    ):
        faults.append("pays under the floor")
    return tuple(faults)


def has_fair_floor(floor: Floor | None) -> bool:
    """Whether people can be told that there is a fair floor: one is known and not under its own source."""
    return floor is not None and (floor.source_micro is None or floor.micro >= floor.source_micro)
