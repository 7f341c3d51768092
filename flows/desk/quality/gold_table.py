"""Known values in use: which they are, and how many answers of people were as expected."""

from __future__ import annotations

from flows.desk.tables import Cell, Column, Table, with_query
from flows.desk.visit import Visit
from flows.views import known_values


def known_values_table(visit: Visit) -> Table:
    """Every known value in use, with the answers of who did not know that it was one."""
    say = visit.say
    visit.require_all_forms()
    rows = [
        (
            Cell(it.scan, it.name or it.scan[:12], f"/desk/scan/{it.scan}{with_query({'field': it.field})}#field"),
            Cell(it.field), Cell(it.text),
            Cell(it.answers, visit.number(it.answers)), Cell(it.as_expected, visit.number(it.as_expected)),
        )
        for it in known_values(visit.home)
    ]  # fmt: skip
    return Table(
        name="known",
        caption=say("Known values"),
        columns=(
            Column("scan", say("Scan")), Column("field", say("Field")), Column("text", say("What is written there")),
            Column("answers", say("Answers of people"), True), Column("as_expected", say("As expected"), True),
        ),
        rows=rows,
        address="/desk/quality/known",
        nothing=say("No value is held to be known."),
    )  # fmt: skip
