"""The page People, its tables as files, and its one deed: hours and questions are counted. People stand by name."""

from __future__ import annotations

from decimal import Decimal
from statistics import median, quantiles

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from flows.administration import anomalies
from flows.desk.counting import Counting
from flows.desk.deeds import with_done
from flows.desk.money.owed import owed_counting, owed_lines
from flows.desk.parts import Deed, Part, SectionPage, counting, when_counted
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Act, Visit
from transcribe.i18n import N_

router = APIRouter()

TENTHS_COUNT = 10
"""People are split into so many equal parts to find the lowest tenth."""


@router.post("/desk/people/count")
async def count_people(visit: Act) -> Response:
    """Has hours added up, and what is odd looked for."""
    visit.require_all_forms()
    owed_counting(visit).begin()
    _odd(visit).begin()
    return RedirectResponse(with_done("/desk/people", "count"), 303)


def _odd(visit: Visit) -> Counting:
    home = visit.home
    return counting(visit, "anomalies", lambda: anomalies(home))


def _parts(visit: Visit) -> list[Part]:
    say, deeds = visit.say, [Deed(action="/desk/people/count", label=visit.say("Add it up anew"))]
    counted, looked = when_counted(visit, owed_counting(visit)), when_counted(visit, _odd(visit))
    return [
        Part(head=say("People"), table=_people(visit), said=_hourly(visit), faint=counted, deeds=deeds),
        Part(head=say("Questions about careless work"), table=_questions(visit), faint=looked),
    ]


def _hourly(visit: Visit) -> list[str]:
    """The median and the lowest tenth of what an hour comes to, by currency."""
    by_currency: dict[str, list[float]] = {}
    for each in owed_lines(visit):
        if each.an_hour is not None:
            by_currency.setdefault(each.currency, []).append(float(Decimal(each.an_hour)))
    return [
        visit.say(
            "An hour comes to %(median)s %(currency)s in the median, and to %(low)s or less for the lowest tenth.",
            median=visit.number(median(found), 2),
            low=visit.number(quantiles(found, n=TENTHS_COUNT, method="inclusive")[0], 2),
            currency=currency,
        )
        for currency, found in sorted(by_currency.items())
        if len(found) > 1
    ]


def _people(visit: Visit) -> Table:
    say, lines = visit.say, {each.transcriber: each for each in owed_lines(visit)}
    rows = []
    for person in visit.home.store.transcribers():
        line = lines.get(person.id)
        rows.append(
            (
                Cell(person.handle),
                Cell(" ".join(sorted(person.roles))),
                Cell(" ".join(person.languages)),
                Cell(person.paused, say("yes") if person.paused else say("no")),
                Cell(round(line.hours, 2) if line else None),
                Cell(line.an_hour if line else None),
                Cell(line.currency if line else ""),
            )
        )
    columns = (
        Column("handle", say("Who")), Column("roles", say("Roles")), Column("languages", say("Languages")),
        Column("paused", say("Paused")), Column("hours", say("Hours"), True),
        Column("an_hour", say("An hour comes to"), True), Column("currency", say("Currency")),
    )  # fmt: skip
    return Table(name="people", caption=say("People"), columns=columns, rows=rows, address="/desk/people/people")


def _questions(visit: Visit) -> Table:
    say, last = visit.say, _odd(visit).last
    rows = [(Cell(each.handle), Cell(each.kind), Cell(each.question)) for each in (last.found or [] if last else [])]
    columns = (Column("handle", say("Who")), Column("kind", say("Kind")), Column("question", say("Question")))
    return Table(name="questions", caption=say("Questions about careless work"), columns=columns, rows=rows,
                 address="/desk/people/questions")  # fmt: skip


SECTION = SectionPage(address="/desk/people", title=N_("People"), parts=_parts, of_home=True)
"""The page and its tables as files."""
