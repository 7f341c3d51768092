"""The page Money, the statement of one person for a month, pay periods, and how one is closed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import RedirectResponse

from flows.desk.deeds import refused, with_done
from flows.desk.pages.amounts import (
    BATCHES_COUNT,
    Money,
    batch_costs,
    carried_cell,
    evened,
    form_costs,
    owed_counting,
    owed_lines,
)
from flows.desk.pages.people_page import odd_counting, questions_table
from flows.desk.pages.rates_page import RATES
from flows.desk.parts import Deed, Part, SectionPage, single_page, when_counted
from flows.desk.tables import NO_FIGURE, Cell, Kind, Raw, Row, Table, table_file, with_query
from flows.desk.visit import Look, ProvedAct, Visit
from reconcile.records import MonthOfWork, quality
from transcribe.errors import NotFound
from transcribe.i18n import N_
from transcribe.pay_arithmetic import MICRO_UNITS, end_of_day
from transcribe.people import TRANSFER_COLUMNS, transfers
from transcribe.review import Statement, month_words, months_of, require_proof, require_still_operator, statements_of
from transcribe.store import facts

router = APIRouter()

Who = Annotated[str, Query(min_length=1, max_length=100)]
Month = Annotated[str, Query(pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$")]


def statement_address(who: str, month: str = "") -> str:
    """Where the statement of somebody stands; of their latest month where none is named."""
    return f"/desk/money/statement{with_query({'who': who, 'month': month})}"


def _who(who: str, at: datetime | None = None) -> Cell:
    """Somebody, who leads to their statement of the month of this time."""
    return Cell(who, "", statement_address(who, f"{at:%Y-%m}" if at else ""))


@router.get("/desk/money/statement")
def statement_page(visit: Look, who: Who, month: Month = "") -> Response:
    """The statement of a month, the latest one with lines where none is named."""
    visit.require_all_forms()
    return _page(visit, who, month)


@router.get("/desk/money/statement.{kind}")
def statement_file(visit: Look, kind: Kind, who: Who, month: Month = "") -> Response:
    """The same as a file: a row for each day and currency."""
    visit.require_all_forms()
    return table_file(_days(visit, who, *_stated(visit, who, month)[1:]), kind)


def _stated(visit: Visit, who: str, month: str) -> tuple[Sequence[str], str, Sequence[Statement]]:
    """The months that have a statement, the month that is wanted, and its statements, one a currency."""
    store = visit.home.store
    person = store.transcriber(who)
    lines, carried = store.ledger(person.id), store.carried_for(person.id)
    months = months_of(lines, person.time_zone)
    wanted = month or (months[0] if months else f"{visit.now:%Y-%m}")
    found = statements_of(lines, carried, wanted, person.time_zone, visit.now)
    return months, wanted, found


def _page(visit: Visit, who: str, month: str) -> Response:
    months, wanted, found = _stated(visit, who, month)
    title = visit.say("%(name)s: statement of %(month)s", name=who, month=month_words(wanted, visit.language))
    said = [
        visit.say(
            "%(before)s due when the month began, %(earned)s earned, %(paid)s paid out, %(due)s due at its end.",
            before=visit.full_amount(each.before, each.currency), earned=visit.full_amount(each.earned, each.currency),
            paid=visit.full_amount(each.paid, each.currency), due=visit.full_amount(each.due, each.currency),
        )
        for each in found
    ]  # fmt: skip
    said += [
        visit.say(
            "%(amount)s of it was carried to the next period, as it is less than a bank can transfer.",
            amount=visit.full_amount(each.carried, each.currency),
        )
        for each in found
        if each.carried
    ]
    open_ones = [visit.say("This month has not ended: more may come.")] if not all(each.final for each in found) else []
    links = [(statement_address(who, each), month_words(each, visit.language)) for each in months if each != wanted]
    part = Part(head=visit.say("Days"), table=_days(visit, who, wanted, found), said=said, faint=open_ones, links=links)
    return single_page(visit, title, part, ("/desk/money", "Money"))


def _days(visit: Visit, who: str, month: str, found: Sequence[Statement]) -> Table:
    say = visit.say
    rows = [
        (
            day.day,
            day.readings,
            Cell(round(day.seconds, 1), visit.spent(day.seconds)),
            Money(day.earned, each.currency),
            Money(day.paid, each.currency),
            carried_cell(day.carried, each.currency),
            each.currency,
        )
        for each in found
        for day in each.days
    ]
    return visit.table(
        "statement",
        say("Days"),
        {
            "day": say("Day"),
            "readings": say("Readings"),
            "seconds": say("Time"),
            "earned": say("Earned"),
            "paid": say("Paid out"),
            "carried": say("Carried to the next period"),
            "currency": say("Currency"),
        },
        evened(visit, rows),
        at="/desk/money",
        query={"who": who, "month": month},
        nothing=say("Nothing stands in this month."),
    )


# Pay periods that were closed, and the transfers of one, as the command prints them.

Reference = Annotated[str, Query(max_length=200)]

WHY_CARRIED = N_(
    "A bank transfers no less than the smallest coin, such as a cent. What is less stays due, and is paid with the"
    " next payment that makes it whole."
)
"""Why a period carries something to the next one."""


@router.get("/desk/money/period")
def period_page(visit: Look, reference: Reference) -> Response:
    """The transfers of one period, each with the statement of its person."""
    visit.require_all_forms()
    return _page_of_periods(visit, reference)


@router.get("/desk/money/period.{kind}")
def period_file(visit: Look, kind: Kind, reference: Reference) -> Response:
    """The same as a file; as CSV it is what `fairhand pay close` printed."""
    visit.require_all_forms()
    return table_file(_transfers(visit, reference), kind)


@router.get("/desk/money/carried.{kind}")
def carried_file(visit: Look, kind: Kind, reference: Reference) -> Response:
    """What the period left to the next one, as a file."""
    visit.require_all_forms()
    return table_file(_carried(visit, reference), kind)


def periods_table(visit: Visit) -> Table:
    """Every period by its reference, the latest first."""
    say = visit.say
    rows = [
        (
            Cell(
                each.reference,
                each.reference or say("without a reference"),
                f"/desk/money/period{with_query({'reference': each.reference})}" if each.reference else "",
            ),
            each.at,
            each.people,
            Money(each.micro, each.currency),
            each.currency,
        )
        for each in visit.home.store.pay_periods()
    ]
    return visit.table(
        "periods",
        say("Pay periods"),
        {
            "reference": say("Reference"),
            "at": say("Closed"),
            "people": say("People"),
            "amount": say("Transferred"),
            "currency": say("Currency"),
        },
        evened(visit, rows),
        at="/desk/money",
        nothing=say("No period was closed yet."),
    )


def _page_of_periods(visit: Visit, reference: str) -> Response:
    say, table = visit.say, _transfers(visit, reference)
    parts = [
        Part(head=say("Transfers"), table=table),
        Part(head=say("Carried to the next period"), table=_carried(visit, reference), said=[say(WHY_CARRIED)]),
    ]
    return visit.page("desk_section.html", title=table.caption, parts=parts, back_to=("/desk/money", say("Money")))


def _transfers(visit: Visit, reference: str) -> Table:
    """The transfers of a period. NotFound where none has this reference."""
    say, store = visit.say, visit.home.store
    lines = store.payments_of(reference)
    if not lines and not store.carried_of(reference):
        raise NotFound("No period was closed with this reference.")
    heads = (say("Who"), say("Amount"), say("Currency"), say("Reference"), say("Day"), say("Carried"))
    paid = sorted(zip(transfers(store, lines), lines, strict=True), key=lambda each: each[0][0])
    rows: list[Row] = [
        (_who(who, line.at), Cell(amount, is_amount=True), *named, Cell(carried, is_amount=True))
        for (who, amount, *named, carried), line in paid
    ]
    table = visit.table(
        "transfers",
        say("Pay period %(reference)s", reference=reference),
        dict(zip(TRANSFER_COLUMNS, heads, strict=True)),
        rows,
        query={"reference": reference},
        nothing=say("Nothing is transferred."),
    )
    return replace(table, address="/desk/money/period")


def _carried(visit: Visit, reference: str) -> Table:
    """What a period left to the next one, of everybody: also of those who were paid nothing."""
    say, store = visit.say, visit.home.store
    handles = {person.id: person.handle for person in store.transcribers()}
    rows = [
        (_who(handles[each.transcriber], each.at), carried_cell(each.micro, each.currency), each.currency)
        for each in sorted(store.carried_of(reference), key=lambda each: handles[each.transcriber])
        if each.micro
    ]
    return visit.table(
        "carried",
        say("Carried to the next period"),
        {"handle": say("Who"), "carried": say("Carried"), "currency": say("Currency")},
        evened(visit, rows),
        at="/desk/money",
        query={"reference": reference},
        nothing=say("Nothing was carried: all that was due is paid."),
    )


# The page Money, its tables as files, and its one deed: what is owed is counted.


def _parts(visit: Visit) -> list[Part]:
    say, owed = visit.say, when_counted(visit, owed_counting(visit))
    closes = visit.may_change and visit.forms is None
    count = Deed(action="/desk/money/count", label=say("Add it up anew"))
    return [
        Part(head=say("Months of work"), table=_months(visit), links=[(RATES, say("What work pays"))]),
        Part(head=say("What is owed"), table=_owed(visit), faint=owed, deeds=[count]),
        Part(head=say("Pay periods"), table=periods_table(visit),
             links=[("/desk/money/close", say("Close a pay period"))] if closes else []),
        Part(head=say("Cost by form in the last 31 days"), table=form_costs(visit), said=[_right(visit)],
             faint=[say("Top-ups that are not settled are not in it.")]),
        Part(head=say("Cost by batch"), table=batch_costs(visit),
             faint=[say("The latest %(count)s batches, all of their work.", count=BATCHES_COUNT)]),
        Part(head=say("Disputes of time"), table=_disputes(visit),
             links=[("/clocks", say("Answer disputes"))] if visit.may_change else []),
    ]  # fmt: skip


def _right(visit: Visit) -> str:
    """How the cost of a right record is reckoned."""
    return visit.say(
        "A right record has every value right. How many are is reckoned from audits of the form's fields, as if errors"
        " fell one by one; where fewer than 20 were audited it is not said."
    )


def _months(visit: Visit) -> Table:
    say = visit.say
    rows: list[tuple[Raw | Money, ...]] = [
        (
            each.month,
            each.currency,
            each.people,
            NO_FIGURE if each.hours is None else Cell(each.hours, visit.number(each.hours, 1)),
            *(Money(pay and pay * MICRO_UNITS, each.currency, pay) for pay in (each.pay, each.pay_per_hour)),
        )
        for each in _labour(visit)
    ]
    columns = {
        "month": say("Month"),
        "currency": say("Currency"),
        "people": say("People"),
        "hours": say("Hours"),
        "amount": say("Amount"),
        "an_hour": say("Earned per hour"),
    }
    nothing = say("No month of work is published yet.")
    return visit.table("months", say("Months of work"), columns, evened(visit, rows), at="/desk/money", nothing=nothing)


def _labour(visit: Visit) -> list[MonthOfWork]:
    try:
        return quality.labour(visit.home.settings.records)
    except NotFound:
        return []


def _owed(visit: Visit) -> Table:
    say = visit.say
    rows: list[tuple[Raw | Money, ...]] = [
        (
            _who(each.handle),
            each.currency,
            _money(each.due, each.currency),
            _money(each.carried, each.currency) if Decimal(each.carried) else Cell(each.carried, "–", is_amount=True),
            *(_money(amount, each.currency) for amount in (each.coming, each.paid)),
        )
        for each in owed_lines(visit)
    ]
    columns = {
        "handle": say("Who"),
        "currency": say("Currency"),
        "due": say("Owed"),
        "carried": say("Of it carried from the last period"),
        "coming": say("Top-up on the way"),
        "transferred": say("Transferred"),
    }
    return visit.table(
        "owed", say("What is owed"), columns, evened(visit, rows), at="/desk/money", nothing=_why_none(visit)
    )


def _why_none(visit: Visit) -> str:
    """What is said where nothing is owed: also that no floor is set, as nobody is paid before there is one."""
    if visit.home.store.floor(visit.now) is not None:
        return visit.say("Nothing is owed.")
    return visit.say(
        "Nothing is owed: nobody is paid before the least that an hour pays is set. It is set under “What work pays”."
    )


def _money(amount: str, currency: str) -> Money:
    """An amount in decimal text."""
    return Money(round(Decimal(amount) * MICRO_UNITS), currency, amount)


def _disputes(visit: Visit) -> Table:
    say, store = visit.say, visit.home.store
    handles = {person.id: person.handle for person in store.transcribers()}
    rows: list[Row] = [
        (
            handles.get(each.transcriber, each.transcriber),
            each.at,
            *(
                NO_FIGURE if seconds is None else Cell(seconds, visit.number(seconds, 1))
                for seconds in (each.measured, each.claimed, each.granted)
            ),
            each.words,
            each.reason,
        )
        for each in store.disputes()
    ]
    columns = {
        "who": say("Who"),
        "at": say("When"),
        "measured_seconds": say("Measured seconds"),
        "claimed_seconds": say("Claimed seconds"),
        "granted_seconds": say("Granted seconds"),
        "words": say("In their words"),
        "reason": say("Why"),
    }
    return visit.table(
        "disputes", say("Disputes of time"), columns, rows, at="/desk/money", nothing=say("Nothing is disputed.")
    )


TABLES: Mapping[str, Callable[[Visit], Table]] = {
    "months": _months,
    "owed": _owed,
    "periods": periods_table,
    "form-costs": form_costs,
    "batch-costs": batch_costs,
    "disputes": _disputes,
}
"""The tables that can be made alone."""

SECTION = SectionPage(
    address="/desk/money", title=N_("Money"), parts=_parts, tables=TABLES, counts=(owed_counting,), of_home=True
)
"""The page and its tables as files."""


# What closing a period would pay: in all by currency, and to each person.


def sums_in_words(visit: Visit, shares: Sequence[facts.PeriodShare]) -> str:
    """What is paid in all, such as "€12.50, £3.00"; "" where nothing is."""
    paid = {currency: sum(each.paid for each in own) for currency, own in _by_currency(shares).items()}
    return ", ".join(visit.amount(micro, currency) for currency, micro in paid.items() if micro)


def sums_table(visit: Visit, shares: Sequence[facts.PeriodShare]) -> Table:
    """A row for each currency: how many are paid, how much, what is carried, what is rounded up."""
    say = visit.say
    rows = [
        (
            currency,
            sum(each.paid > 0 for each in own),
            Money(sum(each.paid for each in own), currency),
            carried_cell(sum(each.carried for each in own), currency),
            Money(sum(each.rounded for each in own) or None, currency),
        )
        for currency, own in _by_currency(shares).items()
    ]
    columns = {
        "currency": say("Currency"),
        "people": say("People"),
        "amount": say("To be transferred"),
        "carried": say("Carried to the next period"),
        "rounded": say("Rounded up for who has left"),
    }
    return visit.table("would-pay", say("In all"), columns, evened(visit, rows))


def payments_table(visit: Visit, shares: Sequence[facts.PeriodShare]) -> Table:
    """A row for each person and currency, with what would be paid and what would be carried."""
    say = visit.say
    handles = {person.id: person.handle for person in visit.home.store.transcribers()}
    rows = [
        (_who(handles[each.transcriber]), Money(each.paid, each.currency), carried_cell(each.carried, each.currency))
        for each in shares
    ]
    columns = {"handle": say("Who"), "amount": say("To be transferred"), "carried": say("Carried to the next period")}
    return visit.table("payments", say("To whom"), columns, evened(visit, rows))


def _by_currency(shares: Sequence[facts.PeriodShare]) -> dict[str, list[facts.PeriodShare]]:
    """The shares of each currency, by its code."""
    found: dict[str, list[facts.PeriodShare]] = {}
    for each in sorted(shares, key=lambda share: share.currency):
        found.setdefault(each.currency, []).append(each)
    return found


# A pay period is closed in two presses: the first says what would be paid to whom, the second marks it as paid.

MOST_REFERENCE_CHARACTERS = 35
"""SEPA takes so many on a transfer."""
REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9 ./-]*$"
"""What stands on the transfers: no other marks are taken everywhere."""
DAY = r"^(\d{4}-\d{2}-\d{2})?$"

PaidUnder = Annotated[str, Form(min_length=1, max_length=MOST_REFERENCE_CHARACTERS, pattern=REFERENCE)]
Day = Annotated[str, Form(max_length=10, pattern=DAY)]
At = Annotated[datetime | None, Form()]
"""When it was looked at what would be paid: what comes later is of the next period."""
Seen = Annotated[str, Form(max_length=64)]
"""The digest of what was seen to be paid."""

AskedReference = Annotated[str, Query(max_length=1000)]
"""A reference as it was typed: one that transfers do not take is refused in its form."""
AskedDay = Annotated[str, Query(max_length=10, pattern=DAY)]

TAKEN = N_("A period was closed with this reference before. Choose another.")
"""Why a reference is refused that was used before."""

NO_REFERENCE = N_("A reference has at most 35 characters: letters without accents, figures, spaces and . / -.")
"""Why a reference is refused that transfers do not take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What is asked to be closed. `day` is as it was typed, `at` when it was looked at."""

    reference: str
    day: str
    until: datetime
    at: datetime


@router.get("/desk/money/close")
async def close_page(visit: Look) -> Response:
    """Asks for the reference, beside the questions that should be answered before money leaves."""
    visit.require_operator()
    visit.require_all_forms()
    await require_proof(visit.context, visit.visitor)
    return await visit.look(lambda: visit.page("desk_close.html", questions=questions_table(visit)))


@router.get("/desk/money/close/look")
async def look_page(visit: Look, reference: AskedReference, until: AskedDay = "", changed: bool = False) -> Response:
    """What would be paid to whom, and the form that confirms it. Nothing is written."""
    visit.require_operator()
    visit.require_all_forms()
    await require_proof(visit.context, visit.visitor)
    asked = _asked(visit, reference, until, visit.now)
    if isinstance(asked, str):
        return await refused(visit, visit.say(asked), "/desk/money/close")
    page = await visit.look(lambda: _look(visit, asked, changed=changed))
    return await refused(visit, visit.say(TAKEN), "/desk/money/close") if page is None else page


@router.post("/desk/money/close")
async def close(visit: ProvedAct, reference: PaidUnder, until: Day = "", at: At = None, seen: Seen = "") -> Response:
    """Closes the period as it was looked at, and shows its transfers. What nobody has looked at is shown first."""
    visit.require_all_forms()
    looked = visit.now if at is None or at.tzinfo is None or at > visit.now else at
    asked = _asked(visit, reference, until, looked)
    if isinstance(asked, str):
        return await refused(visit, visit.say(asked), "/desk/money/close")
    done = await visit.look(lambda: _close(visit, asked, seen))
    if done == "taken":
        return await refused(visit, visit.say(TAKEN), "/desk/money/close")
    if done == "nothing":
        return RedirectResponse(with_done("/desk/money", "nothing-due"), 303)
    query = {"reference": asked.reference}
    if done == "closed":
        return RedirectResponse(with_done(f"/desk/money/period{with_query(query)}", "period-closed"), 303)
    query |= {"until": until, "changed": "true" if seen else ""}
    return RedirectResponse(f"/desk/money/close/look{with_query(query)}", 303)


def _asked(visit: Visit, reference: str, day: str, at: datetime) -> Closing | str:
    """What is to be closed, up to the day as `fairhand pay close --until` does; or why it cannot be, as a message."""
    until, reference = at, reference.strip()
    if not re.match(REFERENCE, reference) or len(reference) > MOST_REFERENCE_CHARACTERS:
        return NO_REFERENCE
    if day:
        try:
            last = date.fromisoformat(day)
        except ValueError:
            return N_("There is no such day.")
        if last > visit.now.date():
            return N_("This day has not come yet.")
        until = end_of_day(last, at)
    return Closing(reference=reference, day=day, until=until, at=at)


def _look(visit: Visit, asked: Closing, *, changed: bool) -> Response | None:
    """The page; None where the reference was taken before."""
    store = visit.home.store
    if store.payments_of(asked.reference):
        return None
    shares = store.period_shares(asked.until, asked.at)
    return visit.page(
        "desk_close_look.html",
        asked=asked,
        changed=changed,
        seen=_digest(shares),
        people=len({each.transcriber for each in shares if each.paid}),
        waiting=len({each.transcriber for each in shares if each.carried}),
        total=sums_in_words(visit, shares),
        sums=sums_table(visit, shares),
        payments=payments_table(visit, shares),
    )


def _digest(shares: Sequence[facts.PeriodShare]) -> str:
    """What tells whether as much would be paid as was seen."""
    return hashlib.sha256(repr([*map(str, shares)]).encode()).hexdigest()


def _close(visit: Visit, asked: Closing, seen: str) -> str:
    """Close it: "closed", or "nothing" is due, the reference is "taken", or what is due was not "seen"."""
    store = visit.home.store
    with store.together(by=visit.by):
        require_still_operator(store, visit.visitor)
        if store.payments_of(asked.reference):
            return "taken"
        shares = store.period_shares(asked.until, asked.at)
        if not any(each.paid for each in shares):
            return "nothing"
        if seen != _digest(shares):
            return "not seen"
        store.close_period(asked.until, asked.reference, visit.now)
    owed_counting(visit).begin()
    odd_counting(visit).begin()
    return "closed"
