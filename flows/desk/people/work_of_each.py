"""The work of each person, by name: the row that they see of themselves, added up beside the page."""

from __future__ import annotations

from collections import Counter
from statistics import median, quantiles

from flows.desk.counting import Counting
from flows.desk.parts import counting
from flows.desk.tables import Cell, Column, Table, with_query
from flows.desk.visit import Visit
from transcribe.i18n import N_
from transcribe.people import WorkFigures, work_figures
from transcribe.review import WORK_HEADS, Figure, work_row
from transcribe.store import MissingPeople

WORK_SECONDS = 600.0
"""How long what was added up stands: it looks at every line of pay. Chosen by hand."""

TENTHS_COUNT = 10
"""People are split into so many equal parts to find the lowest tenth."""

NUMBERS = frozenset({"readings", "seconds_a_field", "hours", "an_hour", "audited", "wrong"})
"""The figures that are numbers."""


def person_address(who: str) -> str:
    """Where the page of somebody stands."""
    return f"/desk/people/person{with_query({'who': who})}"


def work_counting(visit: Visit) -> Counting:
    """The count of everybody's work, begun where the last one is old."""
    home, context = visit.home, visit.context

    def count() -> dict[str, WorkFigures]:
        at = context.now()
        return {each.handle: work_figures(home.store, home.forms, each.id, at) for each in home.store.transcribers()}

    asked = counting(visit, "work", count)
    asked.recent(WORK_SECONDS)
    return asked


def _counted(visit: Visit) -> dict[str, WorkFigures]:
    last = work_counting(visit).last
    return last.found if last and last.found else {}


def work_of(visit: Visit, handle: str) -> tuple[Figure, ...]:
    """The row of one person, as it was added up last; nothing where they have read, skipped and contested nothing."""
    work_counting(visit)
    figures = _counted(visit).get(handle)
    return work_row(figures, visit.language) if figures and _has_worked(figures) else ()


def work_table(visit: Visit) -> Table:
    """One row for each person who has read, skipped or contested something, by name."""
    say = visit.say
    rows = [
        (
            Cell(handle, handle, person_address(handle)),
            *(Cell(each.value, each.words) for each in work_row(figures, visit.language)),
        )
        for handle, figures in sorted(_counted(visit).items())
        if _has_worked(figures)
    ]
    return Table(
        name="work",
        caption=say("Work of each"),
        columns=(
            Column("handle", say("Who")),
            *(Column(name, say(head), name in NUMBERS) for name, head in WORK_HEADS.items()),
        ),
        rows=rows,
        address="/desk/people/work",
        nothing=_nothing(visit),
    )


def _has_worked(figures: WorkFigures) -> bool:
    return bool(figures.readings or figures.skips or figures.appeals)


def _nothing(visit: Visit) -> str:
    """What is said where the table is empty: when it was counted, for somebody may have read since."""
    last = work_counting(visit).last
    if last is None or last.problem:
        return visit.say("It is not added up yet.")
    return visit.say("Up to %(at)s nobody had read anything.", at=visit.moment(last.at))


def hourly(visit: Visit) -> list[str]:
    """The median and the lowest tenth of what an hour comes to, by currency."""
    by_currency: dict[str, list[int]] = {}
    for each in _counted(visit).values():
        for currency, micro in each.hourly.items():
            by_currency.setdefault(currency, []).append(micro)
    return [
        visit.say(
            "Half of the people earn %(median)s an hour or less, and the lowest tenth %(low)s or less.",
            median=visit.amount(round(median(found)), currency),
            low=visit.amount(round(quantiles(found, n=TENTHS_COUNT, method="inclusive")[0]), currency),
        )
        for currency, found in sorted(by_currency.items())
        if len(found) > 1
    ]


# Who is needed and who is there: roles and languages against what waits, counted beside the page.

LEAST_READERS_COUNT = 2
"""Two who read a field, and an expert beside them, finish every order."""

MISSING_SECONDS = 300.0
"""How long it stands who is missing: it looks at every open question. Chosen by hand."""

WAITS_WORDS = {
    "orders": N_("orders to be finished"),
    "checks": N_("checks of decided fields"),
    "appeals": N_("hearings of appeals"),
}
"""What waits for somebody."""


def missing_counting(visit: Visit) -> Counting:
    """The count of who is missing, begun where the last one is old."""
    store = visit.home.store
    asked = counting(visit, "missing people", store.missing_people)
    asked.recent(MISSING_SECONDS)
    return asked


def missing_table(visit: Visit) -> Table:
    """Roles, languages and regions without which something is finished by nobody who is there."""
    say, last = visit.say, missing_counting(visit).last
    found: list[MissingPeople] = list(last.found or []) if last else []
    rows = [
        (
            Cell(each.role, visit.roles([each.role])),
            Cell(each.people, visit.number(each.people)),
            Cell(" ".join(each.languages), "" if each.languages else say("any")),
            Cell(" ".join(each.regions), "" if each.regions else say("any")),
            Cell(each.qualification, visit.kind(each.qualification) if each.qualification else "–"),
            Cell(each.waits, say(WAITS_WORDS[each.waits])),
            Cell(each.fields, visit.number(each.fields)),
            Cell(each.orders, visit.number(each.orders)),
        )
        for each in found
    ]
    return Table(
        name="missing",
        caption=say("Who is missing"),
        columns=(
            Column("role", say("Role")), Column("people", say("Missing at least"), True),
            Column("languages", say("One of the languages")), Column("regions", say("One of the regions")),
            Column("qualification", say("Test passed")), Column("waits", say("What waits for them")),
            Column("fields", say("Fields"), True), Column("orders", say("Orders"), True),
        ),
        rows=rows,
        address="/desk/people/missing",
        nothing=_nobody_missing(visit) if last else "",
    )  # fmt: skip


def _nobody_missing(visit: Visit) -> str:
    """What is said where all that waits can be done; where next to nobody reads, that this is not enough for more."""
    people = [each for each in visit.home.store.transcribers() if not each.paused]
    readers = [each for each in people if each.may_read]
    if len(readers) > LEAST_READERS_COUNT and any("expert" in each.roles for each in readers):
        return visit.say("Nobody is missing: people who are there can do all that waits.")
    return visit.say(
        "Nothing waits now for somebody who is not there. Two people who read, and an expert, are the least."
    )


def there_table(visit: Visit) -> Table:
    """How many people are there, by role and language; who reads two counts in both."""
    say, there = visit.say, Counter[tuple[str, str]]()
    for person in visit.home.store.transcribers():
        if not person.paused:
            there.update((role, language) for role in person.roles for language in person.languages or ("",))
    rows = [
        (Cell(role, visit.roles([role])), Cell(language, language or say("none said")),
         Cell(count, visit.number(count)))
        for (role, language), count in sorted(there.items())
    ]  # fmt: skip
    return Table(
        name="there",
        caption=say("Who is there"),
        columns=(
            Column("role", say("Role")), Column("language", say("Language")), Column("people", say("People"), True),
        ),
        rows=rows,
        address="/desk/people/there",
    )  # fmt: skip
