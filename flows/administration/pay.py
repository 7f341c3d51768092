"""Pay from the operator's side: what people are owed, what work pays, and closing a period."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from flows.home import Home, now
from reconcile.records import spreadsheet_text
from transcribe.errors import SettingsError
from transcribe.i18n import counted
from transcribe.model import Transcriber
from transcribe.pay_arithmetic import (
    MICRO_PLACES,
    MICRO_UNITS,
    MOST_AMOUNT,
    decimal_text,
    end_of_day,
    for_time,
    is_too_much,
)
from transcribe.people import NO_PACE, TRANSFER_COLUMNS, PayFault, paid_currency, pay_faults, transfers
from transcribe.store import Floor, Pace, Rate, facts


@dataclass(frozen=True, slots=True, kw_only=True)
class PayLine:
    """What one person is owed and was paid in one currency.

    Amounts are decimal text; `coming` is a top-up that is measured and not settled yet. `carried` of what is due was
    left by the last closed period, as no bank transfers so little. Hours are as measured.
    `an_hour` is what an hour of measured time has come to, None where none was measured. `floor` is the least that an
    hour pays by the floor in force, None where none is set in this currency; `is_below_floor`: `an_hour` is less.
    """

    handle: str
    transcriber: str
    currency: str
    due: str
    coming: str
    carried: str
    paid: str
    hours: float
    waiting_hours: float
    readings: int
    an_hour: str | None
    floor: str | None
    is_below_floor: bool


def pay_lines(home: Home) -> list[PayLine]:
    """The pay of all who are paid, by handle."""
    handles = {person.id: person.handle for person in home.store.transcribers()}
    floor = home.store.floor(now())
    least = {} if floor is None else {floor.currency: floor.micro}
    lines = [
        PayLine(
            handle=handles.get(state.transcriber, state.transcriber),
            transcriber=state.transcriber,
            currency=state.currency,
            due=decimal_text(state.due),
            coming=decimal_text(state.coming),
            carried=decimal_text(state.carried),
            paid=decimal_text(state.paid),
            hours=state.seconds / 3600,
            waiting_hours=state.waiting_seconds / 3600,
            readings=state.readings,
            an_hour=None if state.an_hour is None else decimal_text(state.an_hour),
            floor=decimal_text(least[state.currency]) if state.currency in least else None,
            is_below_floor=state.an_hour is not None and state.an_hour < least.get(state.currency, 0),
        )
        for state in home.store.pay_states(now())
    ]
    return sorted(lines, key=lambda line: line.handle)


def set_rate(home: Home, amount: str, currency: str, form: str, *, per_hour: bool) -> None:
    """Set what a reading (or an hour) pays from now on.

    SettingsError where it is no amount or no currency, or there is no such form: another would go on at its old rate.
    """
    if form and form not in home.forms.names():
        raise SettingsError(f"There is no form {form!r}. Use one of {', '.join(home.forms.names())}.")
    rate = Rate(
        form=form,
        micro=micro_of(amount),
        currency=paid_currency(currency),
        since=now(),
        per="hour" if per_hour else "reading",
    )
    home.store.put_rate(rate, now())


def set_floor(home: Home, amount: str, currency: str, source: str, source_amount: str | None) -> None:
    """Set the least that an hour pays from now on, and where the figure comes from.

    SettingsError where it is no amount above 0, or no currency, or nothing says where it comes from.
    """
    if not source.strip():
        raise SettingsError("A floor says where its figure comes from, with its date, such as a law or an agreement.")
    if not micro_of(amount):
        raise SettingsError("A floor is more than 0: it is the least that an hour of work pays.")
    floor = Floor(
        micro=micro_of(amount),
        currency=paid_currency(currency),
        source=source,
        since=now(),
        source_micro=None if source_amount is None else micro_of(source_amount),
    )
    home.store.put_floor(floor, now())


def close_period(home: Home, reference: str, until: date | None, *, dry: bool = False) -> tuple[str, list[str]]:
    """Top all people up to the floor and mark what is due as paid, in whole cents.

    It is what is due up to the end of a day in UTC. `dry`: say what would be paid, and write nothing. Gives the
    transfers as CSV, and in sentences what is carried to the next period; where nothing would be paid nothing is
    written either. SettingsError where the reference is empty, or a period was closed with it before, as its transfers
    could not be told from those; or where the day has not come.
    """
    if not reference.strip():
        raise SettingsError("Say what stands on the transfers, such as --reference 2026-11.")
    if home.store.payments_of(reference):
        raise SettingsError(
            f"A period was closed with the reference {reference!r} before. Choose another: --reference."
        )
    moment = now()
    if until is not None and until > moment.date():
        raise SettingsError(f"{until.isoformat()} has not come yet. Leave --until out to pay all that is due now.")
    last = moment if until is None else end_of_day(until, moment)
    shares = home.store.period_shares(last, moment)
    if dry or not any(each.paid for each in shares):
        lines, carried = _as_it_would_be(shares, reference, moment)
    else:
        lines = home.store.close_period(last, reference, moment)
        carried = home.store.carried_of(reference)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(TRANSFER_COLUMNS)
    for handle, amount, currency, named, *others in transfers(home.store, lines, carried):
        writer.writerow((spreadsheet_text(handle), amount, currency, spreadsheet_text(named), *others))
    return out.getvalue(), _carried_sentences(home, lines, carried)


def _as_it_would_be(
    shares: Sequence[facts.PeriodShare], reference: str, at: datetime
) -> tuple[list[facts.PayLine], list[facts.CarriedRest]]:
    """The lines that would be paid and what would be carried, if a period were closed now."""
    paid = [
        facts.PayLine(
            number=0,
            transcriber=each.transcriber,
            kind="paid",
            micro=-each.paid,
            currency=each.currency,
            seconds=0.0,
            reference=reference,
            at=at,
        )
        for each in shares
        if each.paid
    ]
    rests = [
        facts.CarriedRest(
            transcriber=each.transcriber, currency=each.currency, micro=each.carried, reference=reference, at=at
        )
        for each in shares
    ]
    return paid, rests


def _carried_sentences(home: Home, lines: Sequence[facts.PayLine], rests: Sequence[facts.CarriedRest]) -> list[str]:
    """Sentences on what a closed period carried over: totals by currency, and each person paid nothing."""
    paid = {(line.transcriber, line.currency) for line in lines}
    handles = {person.id: person.handle for person in home.store.transcribers()}
    said = []
    for currency in sorted({each.currency for each in rests}):
        own = [each for each in rests if each.currency == currency and each.micro]
        if own:
            total = decimal_text(sum(each.micro for each in own), MICRO_PLACES)
            people = counted(len(own), "person", "people")
            said.append(f"Carried to the next period: {total} {currency} of {people}, as no bank transfers so little.")
        said += [
            f"{handles.get(each.transcriber, each.transcriber)}: paid nothing now, "
            f"{decimal_text(each.micro, MICRO_PLACES)} {currency} is carried to the next period."
            for each in own
            if (each.transcriber, currency) not in paid
        ]
    return said


def micro_of(amount: str) -> int:
    """An amount as integer micro-units; SettingsError where it is none or has more than six decimal places."""
    try:
        if "e" in amount.lower():  # 1e5 is no slip for 1.5 that should pay 100,000
            raise InvalidOperation
        micro = Decimal(amount) * MICRO_UNITS
    except InvalidOperation as error:
        raise SettingsError(f"{amount!r} is no amount. Write it like 0.05.") from error
    if not micro.is_finite() or micro < 0 or micro != micro.to_integral_value():
        raise SettingsError(f"{amount!r} is no amount of at most six decimal places.")
    if is_too_much(amount):
        raise SettingsError(f"{amount!r} is more than anybody is paid: {MOST_AMOUNT} at most.")
    return int(micro)


# The check before paid work begins: a floor for an hour, and a rate that reaches it at the measured speed.

PAID_ENGAGEMENTS = ("by reading", "hourly")
"""Engagements that are paid; no pay is counted for staff and volunteers."""

ANY_FORM = ""
"""The name under which the rate of all forms is kept."""

UNDER_FLOOR: PayFault = "pays under the floor"
"""The fault of a rate that is too low at the measured speed."""

NAMED_PEOPLE_COUNT = 3
"""The most unpaid people that are named. Chosen by hand."""


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
    """The fault in a form's pay for these people; None if there is none."""
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
