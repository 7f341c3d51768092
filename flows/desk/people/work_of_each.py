"""The work of each person, by name: the row that they see of themselves, added up beside the page."""

from __future__ import annotations

from statistics import median, quantiles

from flows.desk.counting import Counting
from flows.desk.parts import counting
from flows.desk.tables import Cell, Column, Table, with_query
from flows.desk.visit import Visit
from transcribe.people import WorkFigures, work_figures
from transcribe.review import WORK_HEADS, Figure, work_row

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
