"""How often decided values were wrong, as the published quality tables have it: audits alone, with interval and n."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from flows.desk.quality.counted import audited
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Visit
from flows.measuring import field_qualities
from reconcile.algorithms import exact_interval
from reconcile.records import FieldQuality, quality, query
from transcribe.errors import NotFound


def _audited(visit: Visit) -> list[FieldQuality]:
    """The rows of the forms that the visitor sees; none where nothing was audited.

    Published rows count all audits, but once a day. What is counted beside the pages is newer and counts the latest
    scans alone. Of each form the rows that count more audits are taken.
    """
    rows = defaultdict(list)
    for row in field_qualities(audited(visit), visit.now):
        rows[row.form].append(row)
    for form, published in _published(visit).items():
        if _count(published) > _count(rows[form]):
            rows[form] = published
    return [row for _, found in sorted(rows.items()) for row in found]


def _published(visit: Visit) -> dict[str, list[FieldQuality]]:
    """The published rows by form."""
    path = visit.home.settings.records
    try:
        return {form: quality.quality(path, form) for form in query.forms(path) if visit.sees(form)}
    except NotFound:
        return {}


def _count(rows: Iterable[FieldQuality]) -> int:
    return sum(each.audited for each in rows)


def by_type_table(visit: Visit) -> Table:
    """Wrong values by form and field type, the whole form first."""
    found: dict[tuple[str, str], list[FieldQuality]] = defaultdict(list)
    for row in _audited(visit):
        found[row.form, row.type].append(row)
    rows = []
    for (form, kind), fields in sorted(found.items()):
        wrong, count = sum(each.wrong for each in fields), sum(each.audited for each in fields)
        words = visit.kind(kind) if kind else visit.say("all fields")
        rows.append((Cell(form), Cell(kind, words), *_figures(visit, wrong, count, *exact_interval(wrong, count))))
    return Table(
        name="by-type",
        caption=visit.say("Wrong values by form and field type"),
        columns=(Column("form", visit.say("Form")), Column("type", visit.say("Field type")), *_columns(visit)),
        rows=rows,
        address="/desk/quality/by-type",
        nothing=visit.say("Nothing was audited yet."),
    )


def by_field_table(visit: Visit) -> Table:
    """Wrong values of each audited field."""
    say = visit.say
    rows = [
        (Cell(each.form), Cell(each.field), Cell(each.type, visit.kind(each.type)),
         *_figures(visit, each.wrong, each.audited, each.interval_low, each.interval_high),
         Cell(each.until, visit.moment(visit.iso_moment(each.until)) if each.until else ""))
        for each in _audited(visit)
        if each.field != quality.WHOLE_FORM
    ]  # fmt: skip
    return Table(
        name="by-field",
        caption=say("Wrong values by field"),
        columns=(
            Column("form", say("Form")),
            Column("field", say("Field")),
            Column("type", say("Field type")),
            *_columns(visit),
            Column("until", say("Last audit")),
        ),
        rows=rows,
        address="/desk/quality/by-field",
        nothing=say("Nothing was audited yet."),
    )


def _columns(visit: Visit) -> tuple[Column, ...]:
    say = visit.say
    return (
        Column("audited", say("Audited"), is_number=True),
        Column("wrong", say("Wrong"), is_number=True),
        Column("share", say("Share wrong"), is_number=True),
        Column("interval_low", say("At least"), is_number=True),
        Column("interval_high", say("At most"), is_number=True),
    )


def _figures(visit: Visit, wrong: int, count: int, low: float, high: float) -> tuple[Cell, ...]:
    counts = (Cell(count, visit.number(count)), Cell(wrong, visit.number(wrong)))
    return (*counts, *(share_cell(visit, each) for each in (wrong / count, low, high)))


def share_cell(visit: Visit, share: float) -> Cell:
    """A share, for people with two places of its percentage."""
    return Cell(round(share, 6), visit.share(share, 2))
