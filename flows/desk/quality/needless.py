"""Questions that need not have been asked, by form and reason, as `fairhand status --json` counts them."""

from __future__ import annotations

from flows.desk.counting import Counted, Counting
from flows.desk.parts import counting
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Visit


def asked_counting(visit: Visit) -> Counting:
    """The count of what was asked: begun by a person, as it looks at every field."""
    store = visit.home.store
    return counting(visit, "asked", lambda: store.counts().asked)


def needless_table(visit: Visit, last: Counted | None) -> Table:
    """By the reason of the first question: fields that people have read, decided ones, and those asked needlessly."""
    say, asked = visit.say, (last.found or {}) if last else {}
    rows = [
        (
            Cell(form),
            Cell(reason, visit.reason(reason)),
            Cell(each.fields, visit.number(each.fields)),
            Cell(each.decided, visit.number(each.decided)),
            Cell(each.needless, visit.number(each.needless)),
            Cell(round(each.needless / each.decided, 6), visit.share(each.needless / each.decided))
            if each.decided
            else Cell(None),
        )
        for form, reasons in sorted(asked.items())
        if visit.sees(form)
        for reason, each in sorted(reasons.items())
    ]
    return Table(
        name="needless",
        caption=say("Questions that need not have been asked"),
        columns=(
            Column("form", say("Form")),
            Column("reason", say("Why people are asked")),
            Column("fields", say("Fields that people read"), is_number=True),
            Column("decided", say("Decided"), is_number=True),
            Column("needless", say("Asked needlessly"), is_number=True),
            Column("share", say("Share of the decided"), is_number=True),
        ),
        rows=rows,
        address="/desk/quality/needless",
    )
