"""Whether a form pays fairly enough to begin: a floor is known, honest to its source, and reached as measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from transcribe.pay_arithmetic import an_hour
from transcribe.store import Floor, Pace, Rate, Store

PayFault = Literal["no floor", "floor under its source", "no rate", "currencies differ", "pays under the floor"]
"""Why paid work of a form must not start."""

MIN_MEASURED_READINGS = 30
"""The least readings that make a measured speed. Fewer may be one slow person's first hour. Chosen by hand."""


HourFault = PayFault | Literal["under the floor, which is paid instead"]
"""What is wrong with what an hour of a form pays. The last keeps no work from starting: the floor is paid."""

NO_PACE = Pace(readings=0, seconds=0.0)
"""The pace of what is paid by the hour: it is never paid under the floor, so its speed says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPay:
    """What is wrong with the pay of a form: by the piece, and by the hour. None: it has no rate of the hour.

    Where only the hour has a rate, nothing is said of the piece. `may_start`: paid work on it may.
    """

    faults: tuple[PayFault, ...]
    hour_faults: tuple[HourFault, ...] | None
    may_start: bool


def form_pay(store: Store, form: str, now: datetime) -> FormPay:
    """What is wrong with the pay of a form by the rates and the floor in force."""
    floor, piece, hour = store.floor(now), store.rate(form, now), store.rate(form, now, "hour")
    faults = pay_faults(piece, floor, store.pace(form))
    if hour is None:
        return FormPay(faults=faults, hour_faults=None, may_start=piece is None or not faults)
    by_hour: tuple[HourFault, ...] = pay_faults(hour, floor, NO_PACE)
    may_start = not by_hour and (piece is None or not faults)
    if floor is not None and floor.currency == hour.currency and hour.micro < floor.micro:
        by_hour += ("under the floor, which is paid instead",)
    return FormPay(faults=() if piece is None else faults, hour_faults=by_hour, may_start=may_start)


def pay_faults(rate: Rate | None, floor: Floor | None, pace: Pace) -> tuple[PayFault, ...]:
    """Why paid work of a form must not start, empty where it may. `rate` is that of one reading, or of an hour.

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
    """True if a fair floor is known and not under its own source."""
    return floor is not None and (floor.source_micro is None or floor.micro >= floor.source_micro)
