"""The log as it was verified last: whole or not, and what does not hold."""

from __future__ import annotations

from flows.administration import forgery_sentence
from flows.desk.counting import Counted, Counting
from flows.desk.parts import counting
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Visit
from transcribe.i18n import N_
from transcribe.store import AuditState

HOW_WORDS = {"foreign": N_("written by another program"), "gone": N_("taken out"), "changed": N_("changed")}
"""How rows do not hold."""


def verifying(visit: Visit) -> Counting:
    """The verification of this home's log: begun by a person, as it reads everything."""
    store = visit.home.store
    return counting(visit, "log", store.verify_audit)


def verified(visit: Visit, last: Counted | None) -> list[str]:
    """What came of it, in words, with the head, which is to be kept elsewhere."""
    say, state = visit.say, _state(last)
    if state is None:
        return []
    if state.broken_at is not None:
        return [say("The log does not hold from line %(line)s on: it was changed, or lines were taken out.",
                    line=visit.number(state.broken_at))]  # fmt: skip
    lines = visit.number(state.lines)
    if state.forgeries:
        return [say("The log of %(lines)s lines is whole; other rows were changed.", lines=lines)]
    return [say("The log of %(lines)s lines is whole. Its head is %(head)s", lines=lines, head=state.head)]


def forgeries_table(visit: Visit, last: Counted | None) -> Table:
    """The rows of what is sealed that do not hold."""
    say, state = visit.say, _state(last)
    rows = [
        (
            Cell(each.table),
            Cell(each.first),
            Cell(each.last),
            Cell(each.what, say(HOW_WORDS.get(each.what, each.what))),
            Cell(forgery_sentence(each), visit.in_words(forgery_sentence(each))),
        )
        for each in (state.forgeries if state else ())
    ]
    return Table(
        name="log",
        caption=say("What does not hold"),
        columns=(
            Column("table", say("Table")),
            Column("first", say("From number"), is_number=True),
            Column("last", say("To number"), is_number=True),
            Column("what", say("How")),
            Column("message", say("What is wrong")),
        ),
        rows=rows,
        address="/desk/system/log",
    )


def _state(last: Counted | None) -> AuditState | None:
    return last.found if last and isinstance(last.found, AuditState) else None
