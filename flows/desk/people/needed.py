"""Who is needed and who is there: roles and languages against what waits, counted beside the page."""

from __future__ import annotations

from collections import Counter

from flows.desk.counting import Counting
from flows.desk.parts import counting
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Visit
from transcribe.i18n import N_
from transcribe.store import MissingPeople

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
