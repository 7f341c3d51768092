"""Whether paid work may begin: only with a floor of an hour, and a rate that reaches it at the measured speed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flows.home import Home, now
from transcribe.errors import SettingsError
from transcribe.model import Transcriber
from transcribe.pay_arithmetic import decimal_text, for_time
from transcribe.people import NO_PACE, PayFault, pay_faults
from transcribe.store import Floor, Pace, Rate

PAID_ENGAGEMENTS = ("by reading", "hourly")
"""Engagements that are paid; no pay is counted for staff and volunteers."""

ANY_FORM = ""
"""The name under which the rate of all forms is kept."""

UNDER_FLOOR: PayFault = "pays under the floor"
"""The fault of a rate that is too low at the measured speed."""

NAMED_PEOPLE_COUNT = 3
"""So many of those who would be paid are named. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfairForm:
    """A form on which paid work must not begin: its faults, and what is known of its pay."""

    form: str
    faults: tuple[PayFault, ...]
    rate: Rate
    floor: Floor | None
    pace: Pace


def unfair_forms(home: Home, forms: Iterable[str]) -> list[UnfairForm]:
    """Those of these forms on which paid work must not begin; none where nobody is paid.

    A form pays where it has a rate. One without is read by staff and volunteers, or paid by the time at the floor.
    """
    paid = paid_people(home)
    unfair = [_unfair_form(home, form, paid) for form in sorted(set(forms))] if paid else []
    return [form for form in unfair if form is not None]


def paid_people(home: Home) -> list[Transcriber]:
    """The people who read for pay and are not paused."""
    readers = [person for person in home.store.transcribers() if person.may_read and not person.paused]
    return [person for person in readers if person.engagement in PAID_ENGAGEMENTS]


def require_fair_start(home: Home, forms: Iterable[str]) -> None:
    """Refuse a batch of one of these forms where its pay would be unfair.

    SettingsError says what is missing and what mends it.
    """
    _refuse(home, unfair_forms(home, forms))


def require_fair_serving(home: Home) -> None:
    """Refuse to give tasks to people where the pay of a form in use is unfair. Where none is in use, the rate of all
    forms counts.

    A rate that turned out too low stops only a batch that nobody has begun. What people are in the middle of is topped
    up to the floor, and shutting the pages would keep them from their pay and their appeals.
    SettingsError says what is missing and what mends it.
    """
    not_begun = {batch.form for batch in home.store.open_batches() if not batch.begun}
    used = {form for form, _, _ in home.store.forms()}
    unfair = unfair_forms(home, used or {ANY_FORM})
    _refuse(home, [form for form in unfair if form.form in not_begun or set(form.faults) != {UNDER_FLOOR}])


def _unfair_form(home: Home, form: str, paid: Sequence[Transcriber]) -> UnfairForm | None:
    """What is wrong with the pay of a form for these people; None where nothing is."""
    at, store = now(), home.store
    floor, pace, engagements = store.floor(at), store.pace(form), {person.engagement for person in paid}
    piece = store.rate(form, at) if "by reading" in engagements else None
    hour = store.rate(form, at, "hour") if "hourly" in engagements else None
    # An hour is never paid under the floor, so its speed says nothing.
    for rate, speed in ((piece, pace), (hour, NO_PACE)):
        if rate is not None and (found := pay_faults(rate, floor, speed)):
            return UnfairForm(form=form, faults=found, rate=rate, floor=floor, pace=pace)
    return None


def _refuse(home: Home, forms: Sequence[UnfairForm]) -> None:
    """Raise SettingsError with every fault of these forms and who would be paid; nothing where there are none."""
    if not forms:
        return
    paid = [person.handle for person in paid_people(home)]
    some = ", ".join(paid[:NAMED_PEOPLE_COUNT])
    more = f" and {len(paid) - NAMED_PEOPLE_COUNT} more" if len(paid) > NAMED_PEOPLE_COUNT else ""
    reasons = "\n".join(f"  {message}" for form in forms for message in fault_messages(form))
    raise SettingsError(
        f"Paid work must not begin yet ({some}{more} would be paid):\n{reasons}\n"
        "Or have it read without pay, by staff or volunteers only: fairhand people add NAME --engagement volunteer"
    )


def fault_messages(unfair: UnfairForm) -> list[str]:
    """Each fault in one line, with the command that mends it."""
    return [message for fault in unfair.faults if (message := _fault_message(unfair, fault))]


def _fault_message(unfair: UnfairForm, fault: PayFault) -> str:
    currency = unfair.rate.currency
    command = f'fairhand pay floor AMOUNT --currency {currency} --source "WHERE THE FIGURE IS FROM, DATE"'
    form = unfair.form or "every form"
    if fault == "no floor":
        return f"{form}: there is no floor of an hour. Set one: {command}"
    if fault == "floor under its source":
        return f"{form}: the floor is less than its own source says. Set it anew: {command}"
    if fault == "currencies differ":
        return f"{form}: the rate is in {currency}, the floor is not. Set it anew: {command}"
    if fault == UNDER_FLOOR and unfair.floor is not None:
        seconds = unfair.pace.seconds / unfair.pace.readings
        enough = decimal_text(for_time(unfair.floor.micro, seconds))
        return (
            f"{form}: at the measured {seconds:.1f} s a reading its rate of {decimal_text(unfair.rate.micro)} "
            f"{currency} pays less than the floor of {decimal_text(unfair.floor.micro)} an hour. Raise it: "
            f"fairhand pay rate {enough} --currency {currency} --form {unfair.form}"
        )
    return ""
