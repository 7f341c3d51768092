"""Statements: the ledger of one person, month by month, as a page to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from transcribe.review.views.formatting import places_of
from transcribe.review.views.pay_days import count_of_read
from transcribe.store import PayLine, facts


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDay:
    """One day: readings, measured seconds, and what was earned and paid out, in micro-units.

    `carried`: what a period that was closed on this day left to the next one, None where none was.
    """

    day: date
    readings: int
    seconds: float
    earned: int
    paid: int
    carried: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One month of one currency. `before` is what was due when it began, `due` when it ended, in micro-units.

    `final`: the month has ended, so the statement stays as it is.
    """

    currency: str
    days: tuple[StatementDay, ...]
    before: int
    final: bool

    @property
    def readings(self) -> int:
        """The readings of the month."""
        return sum(each.readings for each in self.days)

    @property
    def seconds(self) -> float:
        """The measured seconds of the month."""
        return sum(each.seconds for each in self.days)

    @property
    def earned(self) -> int:
        """What was earned in the month."""
        return sum(each.earned for each in self.days)

    @property
    def paid(self) -> int:
        """What was paid out in the month."""
        return sum(each.paid for each in self.days)

    @property
    def carried(self) -> int | None:
        """What the last period that was closed in the month left to the next one; None where none was closed."""
        return next((each.carried for each in reversed(self.days) if each.carried is not None), None)

    @property
    def places(self) -> int:
        """How many decimal places what was earned in a day needs: all days have as many, and add up as they stand."""
        return max((places_of(each.earned, self.currency) for each in self.days), default=0)

    @property
    def due(self) -> int:
        """What was due when the month ended."""
        return self.before + self.earned - self.paid


def months_of(lines: Sequence[PayLine], zone: str) -> tuple[str, ...]:
    """The months with lines, such as "2026-11", the latest first."""
    return tuple(sorted({f"{_day(line.at, zone):%Y-%m}" for line in lines if line.currency}, reverse=True))


def statements_of(
    lines: Sequence[PayLine], carried: Sequence[facts.CarriedRest], month: str, zone: str, now: datetime
) -> tuple[Statement, ...]:
    """The statements of a month, one a currency, by currency. None of a month that has not begun."""
    present = f"{_day(now, zone):%Y-%m}"
    if month > present:
        return ()
    final = present > month
    currencies = sorted({line.currency for line in lines if line.currency})
    found = []
    for currency in currencies:
        own = [(_day(line.at, zone), line) for line in lines if line.currency == currency]
        before = sum(line.micro for day, line in own if f"{day:%Y-%m}" < month)
        inside = [(day, line) for day, line in own if f"{day:%Y-%m}" == month]
        rests = {_day(each.at, zone): each.micro for each in carried if each.currency == currency}
        held = {day for day, _ in inside} | {day for day in rests if f"{day:%Y-%m}" == month}
        days = tuple(
            _statement_day(day, [line for at, line in inside if at == day], rests.get(day)) for day in sorted(held)
        )
        if days or before:
            found.append(Statement(currency=currency, days=days, before=before, final=final))
    return tuple(found)


def _statement_day(day: date, lines: Sequence[PayLine], carried: int | None) -> StatementDay:
    return StatementDay(
        day=day,
        readings=count_of_read(lines),
        seconds=sum(line.seconds for line in lines),
        earned=sum(line.micro for line in lines if line.kind != "paid"),
        paid=-sum(line.micro for line in lines if line.kind == "paid"),
        carried=carried,
    )


def _day(at: datetime, zone: str) -> date:
    try:
        return at.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return at.date()
