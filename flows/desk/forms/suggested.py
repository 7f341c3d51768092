"""What the decided fields of a form suggest: looked for beside the pages, as it reads every scan of the form."""

from __future__ import annotations

from flows.desk.counting import Counting
from flows.desk.forms.form_words import SUGGESTED
from flows.desk.parts import counting
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Visit
from flows.measuring import SuggestedForm, suggest_form

MOST_SCANS_UNASKED = 500
"""So many scans of a form are looked through without being asked: a second or two. Chosen by hand."""


def suggesting(visit: Visit, name: str) -> Counting:
    """The looking for what data suggest for a form, as `fairhand forms suggest` does."""
    home = visit.home
    return counting(visit, _key(name), lambda: suggest_form(home, home.forms.find(name)))


def look_if_quick(visit: Visit, name: str, scans: int) -> None:
    """Have it looked for where nobody had yet, and the form has few scans."""
    if suggested(visit, name) is None and 0 < scans <= MOST_SCANS_UNASKED:
        suggesting(visit, name).begin()


def suggested(visit: Visit, name: str) -> SuggestedForm | None:
    """What was found last; None where nobody had it looked for."""
    known = visit.counted.get(_key(name))
    found = known.last.found if known and known.last else None
    return found if isinstance(found, SuggestedForm) else None


def waiting_count(visit: Visit, name: str) -> int | None:
    """How many suggestions were found last; None where nobody had them looked for."""
    found = suggested(visit, name)
    return None if found is None else len(found.suggestions)


def forget_suggested(visit: Visit, name: str) -> None:
    """What was found is about an earlier version now."""
    visit.counted.pop(_key(name), None)


def suggestions_table(visit: Visit, name: str) -> Table:
    """Each suggestion with what bears it out."""
    say, found = visit.say, suggested(visit, name)
    rows = [
        (
            Cell(each.field, each.field or say("the form")),
            Cell(each.kind, say(SUGGESTED[each.kind])),
            Cell(each.toml, _line(each.toml)),
            Cell(each.seen),
            Cell(each.of),
            Cell(each.rests_on.people),
        )
        for each in (found.suggestions if found else ())
    ]
    return Table(
        name="suggestions",
        caption=say("What the data suggest"),
        columns=(
            Column("field", say("Field")),
            Column("kind", say("What")),
            Column("toml", say("What it says")),
            Column("seen", say("Seen in records"), is_number=True),
            Column("of", say("Of records"), is_number=True),
            Column("people", say("People who read them"), is_number=True),
        ),
        rows=rows,
        address=f"/desk/form/{name}/suggestions",
        nothing=_nothing(visit, found),
    )


def _nothing(visit: Visit, found: SuggestedForm | None) -> str:
    if found is None:
        return ""
    if found.records < found.least:
        return visit.say(
            "Too few scans are decided to suggest anything: %(least)s are needed, and there are %(count)s.",
            least=found.least,
            count=found.records,
        )
    return visit.say("The data suggest nothing that the definition does not say.")


def _line(toml: str) -> str:
    """The lines of a suggestion that say something, in one."""
    return " · ".join(line for line in toml.splitlines() if line and not line.startswith(("#", "[[")))


def _key(name: str) -> str:
    return f"suggested {name}"
