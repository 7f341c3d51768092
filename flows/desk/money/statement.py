"""The statement of one person for one month, as they see it themselves, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response

from flows.desk.money.amounts import Money, carried_cell, evened
from flows.desk.parts import Part, single_page
from flows.desk.tables import Cell, Column, Kind, Table, table_file, with_query
from flows.desk.visit import Look, Visit
from transcribe.review import Statement, month_words, months_of, statements_of

router = APIRouter()

Who = Annotated[str, Query(min_length=1, max_length=100)]
Month = Annotated[str, Query(pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$")]


def statement_address(who: str, month: str = "") -> str:
    """Where the statement of somebody stands; of their latest month where none is named."""
    return f"/desk/money/statement{with_query({'who': who, 'month': month})}"


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
            Cell(day.day.isoformat(), visit.date(day.day)),
            Cell(day.readings, visit.number(day.readings)),
            Cell(round(day.seconds, 1), visit.spent(day.seconds)),
            Money(day.earned, each.currency),
            Money(day.paid, each.currency),
            carried_cell(day.carried, each.currency),
            Cell(each.currency),
        )
        for each in found
        for day in each.days
    ]
    return Table(
        name="statement",
        caption=say("Days"),
        columns=(
            Column("day", say("Day")), Column("readings", say("Readings"), True), Column("seconds", say("Time"), True),
            Column("earned", say("Earned"), True), Column("paid", say("Paid out"), True),
            Column("carried", say("Carried to the next period"), True),
            Column("currency", say("Currency")),
        ),
        rows=evened(visit, rows),
        address="/desk/money/statement",
        query={"who": who, "month": month},
        nothing=say("Nothing stands in this month."),
    )  # fmt: skip
