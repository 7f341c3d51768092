"""The tokens of programs that ask."""

from __future__ import annotations

from flows.desk.tables import Cell, Column, Table, time_cell
from flows.desk.visit import Visit


def tokens_table(visit: Visit) -> Table:
    """The tokens of programs, without their secrets."""
    say = visit.say
    rows = [
        (
            Cell(each.prefix),
            Cell(each.name),
            Cell(" ".join(sorted(each.scopes))),
            time_cell(each.until, visit.moment(each.until) if each.until else ""),
            Cell(each.revoked_at is not None, say("yes") if each.revoked_at else say("no")),
        )
        for each in visit.home.store.tokens()
    ]
    return Table(
        name="tokens",
        caption=say("Tokens of programs"),
        columns=(
            Column("prefix", say("Begins with")),
            Column("name", say("Name")),
            Column("scopes", say("Allows")),
            Column("until", say("Ends")),
            Column("revoked", say("Revoked")),
        ),
        rows=rows,
        address="/desk/records/tokens",
        nothing=say("There are no tokens."),
    )
