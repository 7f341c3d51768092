"""The page Money, its tables as files, and its one deed: what is owed is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from flows.desk.deeds import with_done
from flows.desk.money.amounts import Money, evened
from flows.desk.money.costs import BATCHES_COUNT, batch_costs, form_costs
from flows.desk.money.owed import owed_counting, owed_lines
from flows.desk.money.periods import periods_table
from flows.desk.money.rates import RATES
from flows.desk.money.statement import statement_address
from flows.desk.parts import Deed, Part, SectionPage, when_counted
from flows.desk.tables import Cell, Column, Table, time_cell
from flows.desk.visit import Act, Visit
from reconcile.records import MonthOfWork, quality
from transcribe.errors import NotFound
from transcribe.i18n import N_
from transcribe.pay_arithmetic import MICRO_UNITS

router = APIRouter()


@router.post("/desk/money/count")
async def count_owed(visit: Act) -> Response:
    """Has everything added up that people are owed."""
    visit.require_all_forms()
    owed_counting(visit).begin()
    return RedirectResponse(with_done("/desk/money", "count"), 303)


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
    rows: list[tuple[Cell | Money, ...]] = [
        (
            Cell(each.month),
            Cell(each.currency),
            Cell(each.people, visit.number(each.people)),
            Cell(each.hours, "–" if each.hours is None else visit.number(each.hours, 1)),
            *(Money(pay and pay * MICRO_UNITS, each.currency, pay) for pay in (each.pay, each.pay_per_hour)),
        )
        for each in _labour(visit)
    ]
    columns = (
        Column("month", say("Month")), Column("currency", say("Currency")), Column("people", say("People"), True),
        Column("hours", say("Hours"), True), Column("amount", say("Amount"), True),
        Column("an_hour", say("Earned per hour"), True),
    )  # fmt: skip
    nothing = say("No month of work is published yet.")
    return Table(name="months", caption=say("Months of work"), columns=columns, rows=evened(visit, rows),
                 address="/desk/money/months", nothing=nothing)  # fmt: skip


def _labour(visit: Visit) -> list[MonthOfWork]:
    try:
        return quality.labour(visit.home.settings.records)
    except NotFound:
        return []


def _owed(visit: Visit) -> Table:
    say = visit.say
    rows: list[tuple[Cell | Money, ...]] = [
        (
            Cell(each.handle, "", statement_address(each.handle)),
            Cell(each.currency),
            _money(each.due, each.currency),
            _money(each.carried, each.currency) if Decimal(each.carried) else Cell(each.carried, "–"),
            *(_money(amount, each.currency) for amount in (each.coming, each.paid)),
        )
        for each in owed_lines(visit)
    ]  # fmt: skip
    columns = (
        Column("handle", say("Who")), Column("currency", say("Currency")), Column("due", say("Owed"), True),
        Column("carried", say("Of it carried from the last period"), True),
        Column("coming", say("Top-up on the way"), True), Column("transferred", say("Transferred"), True),
    )  # fmt: skip
    return Table(name="owed", caption=say("What is owed"), columns=columns, rows=evened(visit, rows),
                 address="/desk/money/owed", nothing=_why_none(visit))  # fmt: skip


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
    rows = [
        (
            Cell(handles.get(each.transcriber, each.transcriber)), time_cell(each.at, visit.moment(each.at)),
            *(Cell(seconds, "–" if seconds is None else visit.number(seconds, 1))
              for seconds in (each.measured, each.claimed, each.granted)),
            Cell(each.words), Cell(each.reason),
        )
        for each in store.disputes()
    ]  # fmt: skip
    columns = (
        Column("who", say("Who")), Column("at", say("When")), Column("measured_seconds", say("Measured seconds"), True),
        Column("claimed_seconds", say("Claimed seconds"), True),
        Column("granted_seconds", say("Granted seconds"), True),
        Column("words", say("In their words")), Column("reason", say("Why")),
    )  # fmt: skip
    return Table(name="disputes", caption=say("Disputes of time"), columns=columns, rows=rows,
                 address="/desk/money/disputes", nothing=say("Nothing is disputed."))  # fmt: skip


TABLES: Mapping[str, Callable[[Visit], Table]] = {
    "months": _months,
    "owed": _owed,
    "periods": periods_table,
    "form-costs": form_costs,
    "batch-costs": batch_costs,
    "disputes": _disputes,
}
"""The tables that can be made alone."""

SECTION = SectionPage(address="/desk/money", title=N_("Money"), parts=_parts, tables=TABLES, of_home=True)
"""The page and its tables as files."""
