"""The page People and its one deed: what is added up is added up anew. People stand by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from flows.administration import anomalies, odd_reading
from flows.desk.counting import Counting
from flows.desk.deeds import with_done
from flows.desk.parts import Deed, Part, SectionPage, counting, when_counted
from flows.desk.people.needed import missing_counting, missing_table, there_table
from flows.desk.people.work_of_each import hourly, person_address, work_counting, work_table
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Act, Visit
from transcribe.i18n import N_

router = APIRouter()

ODD_SECONDS = 3600.0
"""How long it stands what is odd: it looks at all time that is not paid out. Chosen by hand."""


@router.post("/desk/people/count")
async def count_people(visit: Act) -> Response:
    """Has everybody's work added up, and what is odd looked for."""
    visit.require_all_forms()
    work_counting(visit).begin()
    missing_counting(visit).begin()
    odd_counting(visit).begin()
    return RedirectResponse(with_done("/desk/people", "count"), 303)


ODD_KINDS = {
    "sent often": N_("sent often"),
    "waiting": N_("waiting"),
    "beside readings": N_("time beside readings"),
    "beyond the clock": N_("more than the clock"),
    "burst": N_("many at once"),
    "implausibly quick": N_("implausibly quick"),
    "paid again": N_("paid more than once"),
    "constant": N_("always the same answer"),
    "copied": N_("the same mistakes as somebody else"),
    "quick": N_("faster than one can look"),
    "unrelated": N_("answers that fit nothing there"),
    "other letters": N_("letters of another alphabet"),
}
"""What is odd in somebody's work, in a few words."""


def odd_counting(visit: Visit) -> Counting:
    """The looking for what is odd in unpaid work and in the latest readings. It begins where the last one is old."""
    home = visit.home
    asked = counting(visit, "anomalies", lambda: [*anomalies(home), *odd_reading(home)])
    asked.recent(ODD_SECONDS)
    return asked


def _parts(visit: Visit) -> list[Part]:
    say, deeds = visit.say, [Deed(action="/desk/people/count", label=visit.say("Add it up anew"))]
    needed = when_counted(visit, missing_counting(visit))
    several = [("/desk/people/invite", say("Invite several people"))] if visit.may_change else []
    invite = [("/people", say("Invite or change somebody")), *several] if visit.may_change else []
    return [
        Part(head=say("Work of each"), table=work_table(visit), said=hourly(visit), deeds=deeds,
             faint=[*when_counted(visit, work_counting(visit)),
                    say("By name, and no ranking. Each person sees the same row of themselves under “About me”.")]),
        Part(head=say("Who is missing"), table=missing_table(visit), faint=needed, links=invite),
        Part(head=say("Who is there"), table=there_table(visit)),
        Part(head=say("People"), table=_people(visit)),
        Part(head=say("Questions about careless work"), table=questions_table(visit),
             faint=when_counted(visit, odd_counting(visit))),
    ]  # fmt: skip


def _people(visit: Visit) -> Table:
    say = visit.say
    rows = [
        (
            Cell(person.handle, person.handle, person_address(person.handle)),
            Cell(" ".join(sorted(person.roles)), visit.roles(person.roles)),
            Cell(" ".join(person.languages)),
            Cell(person.engagement, visit.engagement(person.engagement)),
            Cell(person.paused, say("yes") if person.paused else say("no")),
        )
        for person in visit.home.store.transcribers()
    ]
    columns = (
        Column("handle", say("Who")), Column("roles", say("Roles")), Column("languages", say("Languages")),
        Column("engagement", say("How they are paid")), Column("paused", say("Paused")),
    )  # fmt: skip
    return Table(name="people", caption=say("People"), columns=columns, rows=rows, address="/desk/people/people")


def questions_table(visit: Visit) -> Table:
    """What is asked about somebody's work, as it was found last."""
    say, last = visit.say, odd_counting(visit).last
    rows = [
        (
            Cell(each.handle, each.handle, person_address(each.handle)),
            Cell(each.kind, say(ODD_KINDS.get(each.kind, each.kind))),
            Cell(each.question, visit.in_words(each.question)),
        )
        for each in (last.found or [] if last else [])
    ]
    columns = (Column("handle", say("Who")), Column("kind", say("Kind")), Column("question", say("Question")))
    return Table(name="questions", caption=say("Questions about careless work"), columns=columns, rows=rows,
                 address="/desk/people/questions", nothing=say("Nothing odd was found.") if last else "")  # fmt: skip


TABLES: Mapping[str, Callable[[Visit], Table]] = {
    "work": work_table,
    "missing": missing_table,
    "there": there_table,
    "people": _people,
    "questions": questions_table,
}
"""The tables that can be made alone."""

SECTION = SectionPage(address="/desk/people", title=N_("People"), parts=_parts, tables=TABLES, of_home=True)
"""The page and its tables as files."""
