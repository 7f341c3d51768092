"""Pay from the operator's side: what people are owed, what work pays, and closing a period."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from flows.home import Home, now
from reconcile.records import spreadsheet_text
from transcribe.errors import SettingsError
from transcribe.i18n import counted
from transcribe.pay_arithmetic import MICRO_PLACES, MICRO_UNITS, MOST_AMOUNT, decimal_text, end_of_day, is_too_much
from transcribe.people import TRANSFER_COLUMNS, paid_currency, transfers
from transcribe.store import Floor, Rate, facts


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
    """What a closed period left to the next one: in all by currency, and of each who was paid nothing."""
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
