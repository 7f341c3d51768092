"""The tables of one form: fields, versions and what differs between them, rules, lists of known values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from flows.desk.forms.form_words import PERSONAL, WHAT, key_words, type_words
from flows.desk.forms.known_forms import KnownForm
from flows.desk.tables import Cell, Column, Table, time_cell
from flows.desk.visit import Visit
from transcribe.errors import FormError, NotFound
from transcribe.forms import Difference, differences
from transcribe.i18n import said
from transcribe.model import Form, Master

MOST_SHOWN_VALUES = 3
"""So many values of a list are named. Chosen by hand."""


def fields_table(visit: Visit, known: KnownForm) -> Table:
    """Every field and column of the version in force."""
    say = visit.say
    columns = (
        Column("name", say("Name")),
        Column("label", say("Label")),
        Column("type", say("Type")),
        Column("required", say("Required")),
        Column("pattern", say("Pattern")),
        Column("personal", say("Personal data")),
        Column("list", say("Known values"), is_number=True),
        Column("page", say("Page"), is_number=True),
    )
    return Table(
        name="fields",
        caption=say("Fields of the form"),
        columns=columns,
        rows=list(_field_rows(visit, known.form)) if known.form else [],
        address=f"/desk/form/{known.name}/fields",
        nothing=known.problem,
    )


def without_empty(table: Table) -> Table:
    """A table without columns in which no row says anything, or every row is of the first page."""
    said = [
        place
        for place, column in enumerate(table.columns)
        if any(row[place].words not in (("", "1") if column.name == "page" else ("",)) for row in table.rows)
    ]
    columns = [table.columns[place] for place in said]
    return replace(table, columns=columns, rows=[[row[place] for place in said] for row in table.rows])


def _field_rows(visit: Visit, form: Form) -> Iterator[tuple[Cell, ...]]:
    listed = {each.field: len(set(_texts(each))) for each in form.masters}
    for each in form.all_fields():
        yield (
            Cell(each.name),
            Cell(said(each.label, visit.language) or each.name),
            Cell(each.type, type_words(visit, each.type)),
            Cell(each.required or None, visit.say("yes") if each.required else ""),
            Cell(each.pattern or ""),
            Cell(each.personal or "", visit.say(PERSONAL[each.personal]) if each.personal else ""),
            Cell(listed.get(each.name), visit.number(listed[each.name]) if each.name in listed else ""),
            Cell(each.page),
        )


def versions_table(visit: Visit, known: KnownForm) -> Table:
    """Every version that was used or is in force, the latest first."""
    say = visit.say
    rows = []
    for version in reversed(known.versions):
        since, is_in_force = known.since.get(version), version == known.in_force
        shown = visit.moment(since) if since else say("no scan came with it yet")
        at = known.installed_at if is_in_force else None
        rows.append(
            (
                Cell(version),
                Cell(is_in_force or None, say("yes") if is_in_force else ""),
                time_cell(since, shown) if since else Cell(None, shown),
                time_cell(at, visit.moment(at) if at else ""),
            )
        )
    return Table(
        name="versions",
        caption=say("Versions, the latest first"),
        columns=(
            Column("version", say("Version"), is_number=True),
            Column("in_force", say("In force")),
            Column("first_scan", say("First scan")),
            Column("installed", say("Installed on")),
        ),
        rows=rows,
        address=f"/desk/form/{known.name}/versions",
    )


def earlier_versions(known: KnownForm) -> list[int]:
    """The versions that are in force no more, the latest first."""
    return [version for version in reversed(known.versions) if version != known.in_force]


def differences_table(visit: Visit, known: KnownForm) -> Table:
    """What each version says otherwise than the one before, the latest first."""
    rows = [
        (
            Cell(version),
            Cell(each.what, visit.say(WHAT[each.what])),
            Cell(each.name),
            Cell(each.key, key_words(visit, each.key)),
            Cell(each.before, each.before or "–"),
            Cell(each.after, each.after or "–"),
        )
        for version, found in _between_versions(visit, known)
        for each in found
    ]
    return difference_table(visit, f"/desk/form/{known.name}/differences", rows)


def difference_table(visit: Visit, address: str, rows: Sequence[tuple[Cell, ...]]) -> Table:
    """A table of differences, each with its version."""
    say = visit.say
    return Table(
        name="differences",
        caption=say("What differs between versions"),
        columns=(
            Column("version", say("Version"), is_number=True),
            Column("what", say("What")),
            Column("name", say("Name")),
            Column("key", say("In what")),
            Column("before", say("Before")),
            Column("after", say("After")),
        ),
        rows=rows,
        address=address,
        nothing=say("There is no earlier version to compare with."),
    )


def _between_versions(visit: Visit, known: KnownForm) -> Iterator[tuple[int, list[Difference]]]:
    """Each version with what it says otherwise, the latest first; those that cannot be used any more are left out."""
    there = {version: form for version in known.versions if (form := form_of_version(visit, known, version))}
    for before, after in reversed(list(pairwise(sorted(there)))):
        yield after, differences(there[before], there[after])


def form_of_version(visit: Visit, known: KnownForm, version: int) -> Form | None:
    """A version of a form as scans were read with it; None where it cannot be used any more."""
    if known.form and version == known.form.version:
        return known.form
    try:
        return visit.home.forms(known.name, version)
    except (FormError, NotFound):
        return None


def rules_table(visit: Visit, known: KnownForm) -> Table:
    """What the figures of the paper should satisfy."""
    say = visit.say
    rules = known.form.rules if known.form else ()
    return Table(
        name="rules",
        caption=say("Rules"),
        columns=(Column("name", say("Name")), Column("check", say("What should hold"))),
        rows=[(Cell("" if each.name == each.check else each.name), Cell(each.check)) for each in rules],
        address=f"/desk/form/{known.name}/rules",
        nothing=say("It has no rule."),
    )


def _texts(known: Master) -> list[str]:
    return [value for value, _ in known.values]


def _repeated(known: Master) -> list[str]:
    """The first values that stand in a list more than once."""
    return [value for value, count in Counter(_texts(known)).items() if count > 1][:MOST_SHOWN_VALUES]


def lists_table(visit: Visit, known: KnownForm) -> Table:
    """The lists of known values."""
    say = visit.say
    masters = known.form.masters if known.form else ()
    return Table(
        name="lists",
        caption=say("Lists of known values"),
        columns=(
            Column("field", say("Field")),
            Column("values", say("Known values"), is_number=True),
            Column("first", say("The first of them")),
            Column("twice", say("Written more than once")),
        ),
        rows=[
            (
                Cell(each.field),
                Cell(len(set(_texts(each))), visit.number(len(set(_texts(each))))),
                Cell(", ".join(list(dict.fromkeys(_texts(each)))[:MOST_SHOWN_VALUES])),
                Cell(", ".join(_repeated(each))),
            )
            for each in masters
        ],
        address=f"/desk/form/{known.name}/lists",
        nothing=say("It has no list of known values."),
    )


def forms_table(visit: Visit, forms: list[KnownForm]) -> Table:
    """All forms."""
    say = visit.say
    rows = []
    for each in forms:
        in_force = each.in_force
        since = each.since.get(in_force) if in_force is not None else None
        scans = f"/desk/scans?form={each.name}" if each.scans else ""
        rows.append(
            (
                Cell(each.name, each.name, f"/desk/form/{each.name}"),
                Cell(each.title(visit.language)),
                Cell(in_force),
                time_cell(since, visit.moment(since) if since else ""),
                Cell(len(each.versions)),
                Cell(each.scans, visit.number(each.scans), scans),
                Cell(each.straight, "" if each.straight is None else visit.share(each.straight)),
                Cell(each.suggestions),
            )
        )
    return Table(
        name="forms",
        caption=say("Forms, the most used first"),
        columns=(
            Column("form", say("Form")),
            Column("title", say("Title")),
            Column("version", say("In force"), is_number=True),
            Column("since", say("First scan of it")),
            Column("versions", say("Versions"), is_number=True),
            Column("scans", say("Scans"), is_number=True),
            Column("straight_through", say("Straight through"), is_number=True),
            Column("suggestions", say("Suggestions"), is_number=True),
        ),
        rows=rows,
        address="/desk/forms",
        nothing=say("There is no form here yet."),
    )
