"""How often decided values were wrong, as the published quality tables have it: audits alone, with interval and n."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from flows.desk.counting import Counted, Counting
from flows.desk.parts import counting
from flows.desk.tables import Cell, Column, Table, with_query
from flows.desk.visit import Visit
from flows.measuring import Measured, field_qualities, measure
from flows.views import known_values
from reconcile.algorithms import exact_interval
from reconcile.learning import AuditedValue
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


# What is measured of quality beside the pages, of the forms that a visitor sees. It stands ten minutes.

MEASURED_SECONDS = 600.0
"""How long what was measured stands: it takes some ten seconds of a processor. Chosen by hand."""


def measuring(visit: Visit) -> Counting:
    """The count, begun where the last one is old."""
    home, context = visit.home, visit.context
    asked = counting(visit, "measured", lambda: measure(home, context.now()))
    asked.recent(MEASURED_SECONDS)
    return asked


def measured(visit: Visit) -> Measured | None:
    """What was measured last, of all forms."""
    last = measuring(visit).last
    return last.found if last and isinstance(last.found, Measured) else None


def audited(visit: Visit) -> list[AuditedValue]:
    """The audited fields of the forms that the visitor sees."""
    found = measured(visit)
    return [each for each in found.audited if visit.sees(each.form)] if found else []


# Questions that need not have been asked, by form and reason, as `fairhand status --json` counts them.


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


# Known values in use: which they are, and how many answers of people were as expected.


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
