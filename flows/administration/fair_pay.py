"""Paid work begins only where it is fair: with a floor of an hour, and a rate that reaches it at the measured speed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flows.administration.pay import decimal
from flows.home import Home, now
from transcribe.errors import SettingsError
from transcribe.model import Transcriber
from transcribe.pay_arithmetic import for_time
from transcribe.people import PayFault, pay_faults
from transcribe.store import Floor, Pace, Rate

PAID = ("by reading", "hourly")
"""Engagements that are paid; no pay is counted for staff and volunteers."""

ANY = ""
"""The name under which the rate of all forms is kept."""

SPEED: PayFault = "pays under the floor"
NO_PACE = Pace(readings=0, seconds=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfair:
    """A form on which paid work must not begin, why, and what is known of its pay."""

    form: str
    faults: tuple[PayFault, ...]
    rate: Rate
    floor: Floor | None
    pace: Pace


def unfair(rooms: Home, forms: Iterable[str]) -> list[Unfair]:
    """Those of these forms on which paid work must not begin; none where nobody is paid.

    A form pays where it has a rate. One without is read by staff and volunteers, or paid by the time at the floor.
    """
    paid = paid_people(rooms)
    found = [_of(rooms, form, paid) for form in sorted(set(forms))] if paid else []
    return [each for each in found if each is not None]


def paid_people(rooms: Home) -> list[Transcriber]:
    """Who works for pay."""
    return [person for person in rooms.store.transcribers() if person.engagement in PAID and not person.paused]


def require_fair_start(rooms: Home, forms: Iterable[str]) -> None:
    """Before a batch of one of these forms is taken in. SettingsError says what is missing and what mends it."""
    _refuse(rooms, unfair(rooms, forms))


def require_fair_serving(rooms: Home) -> None:
    """Before tasks are given to people: every form that is used here, and those to come. SettingsError as above.

    That a rate turned out too low stops only a batch that nobody has begun: what people are in the middle of is topped
    up to the floor, and shutting the pages would keep them from their pay and their appeals.
    """
    not_begun = {each.form for each in rooms.store.open_batches() if not each.begun}
    used = {form for form, _, _ in rooms.store.forms()}
    found = unfair(rooms, used or {ANY})
    _refuse(rooms, [each for each in found if each.form in not_begun or set(each.faults) != {SPEED}])


def _of(rooms: Home, form: str, paid: Sequence[Transcriber]) -> Unfair | None:
    at, store = now(), rooms.store
    floor, pace, engaged = store.floor(at), store.pace(form), {person.engagement for person in paid}
    piece = store.rate(form, at) if "by reading" in engaged else None
    hour = store.rate(form, at, "hour") if "hourly" in engaged else None
    # An hour is never paid under the floor, so its speed says nothing.
    for rate, speed in ((piece, pace), (hour, NO_PACE)):
        if rate is not None and (found := pay_faults(rate, floor, speed)):
            return Unfair(form=form, faults=found, rate=rate, floor=floor, pace=pace)
    return None


def _refuse(rooms: Home, found: Sequence[Unfair]) -> None:
    if not found:
        return
    paid = [person.handle for person in paid_people(rooms)]
    some = ", ".join(paid[:3]) + (f" and {len(paid) - 3} more" if len(paid) > 3 else "")
    reasons = "\n".join(f"  {line}" for each in found for line in reasons_of(each))
    raise SettingsError(
        f"Paid work must not begin yet ({some} would be paid):\n{reasons}\n"
        "Or have it read without pay, by staff or volunteers only: fairhand people add NAME --engagement volunteer"
    )


def reasons_of(it: Unfair) -> list[str]:
    """Each fault in one line, with the command that mends it."""
    command = "fairhand pay floor AMOUNT --currency " + it.rate.currency + ' --source "WHERE THE FIGURE IS FROM, DATE"'
    form, lines = it.form or "every form", []
    for fault in it.faults:
        if fault == "no floor":
            lines.append(f"{form}: there is no floor of an hour. Set one: {command}")
        elif fault == "floor under its source":
            lines.append(f"{form}: the floor is less than its own source says. Set it anew: {command}")
        elif fault == "currencies differ":
            lines.append(f"{form}: the rate is in {it.rate.currency}, the floor is not. Set it anew: {command}")
        elif fault == SPEED and it.floor is not None:
            enough = decimal(for_time(it.floor.micro, it.pace.seconds / it.pace.readings))
            lines.append(
                f"{form}: at the measured {it.pace.seconds / it.pace.readings:.1f} s a reading its rate of "
                f"{decimal(it.rate.micro)} {it.rate.currency} pays less than the floor of {decimal(it.floor.micro)} an "
                f"hour. Raise it: fairhand pay rate {enough} --currency {it.rate.currency} --form {it.form}"
            )
    return lines
