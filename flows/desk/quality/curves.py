"""Two curves of audited fields: how right it is where we say how sure we are, and the error where less is decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import partial

from flows.desk.charts import Chart, Point, plotted
from flows.desk.parts import Part
from flows.desk.quality.measured import audited, measured, share_cell
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Visit
from flows.measuring import MIN_GROUP_COUNT, CurvePoint, calibration_points, coverage_points, error_by_week
from reconcile.algorithms import exact_interval


def calibration_part(visit: Visit) -> Part:
    """What was stated of audited fields against the share that was right."""
    say, points = visit.say, calibration_points(audited(visit))
    rows = [
        (
            Cell(round(each.least, 6), visit.chance(each.least)),
            Cell(round(each.stated, 6), visit.chance(each.stated)),
            *_counts(visit, each),
            Cell(round(1 - each.share, 6), visit.share(1 - each.share, 2)),
            *(Cell(round(1 - bound, 6), visit.share(1 - bound, 2)) for bound in reversed(each.interval)),
        )
        for each in points
    ]
    table = Table(
        name="calibration",
        caption=say("How sure we said we were, and how much was right"),
        columns=(
            Column("stated_from", say("Stated from"), True), Column("stated", say("Stated in the mean"), True),
            *_count_columns(visit), Column("right", say("Share right"), True),
            Column("interval_low", say("At least"), True), Column("interval_high", say("At most"), True),
        ),
        rows=rows,
        address="/desk/quality/calibration",
        nothing=say("Nothing was audited yet."),
    )  # fmt: skip
    shown = [
        Point(words=visit.chance(each.least), share=each.share, low=each.interval[0], high=each.interval[1],
              expected=1 - each.stated)
        for each in points
    ]  # fmt: skip
    kinds = (say("share wrong, by audits"), say("its interval"), say("stated"))
    title = say("Share wrong by how sure we said we were, the least sure first")
    return Part(
        head=table.caption,
        table=table,
        chart=plotted("calibration", title, shown, kinds, table, partial(visit.share, places=2)),
        said=[say("Where the stated line lies within the interval, audits do not speak against what we say.")],
        faint=[_groups(visit, points)] if points else [],
    )


def coverage_part(visit: Visit) -> Part:
    """The error among the surest fields, for more and more of them."""
    say, values = visit.say, list(audited(visit))
    points = coverage_points(values)
    rows = [
        (
            Cell(round(each.coverage, 6), visit.share(each.coverage)),
            Cell(round(each.least, 6), visit.chance(each.least)),
            *_counts(visit, each),
            *(share_cell(visit, share) for share in (each.share, *each.interval)),
        )
        for each in points
    ]
    table = Table(
        name="coverage",
        caption=say("Error if only the surest values were decided"),
        columns=(
            Column("coverage", say("Share decided"), True), Column("stated_from", say("Stated from"), True),
            *_count_columns(visit), Column("share", say("Share wrong"), True),
            Column("interval_low", say("At least"), True), Column("interval_high", say("At most"), True),
        ),
        rows=rows,
        address="/desk/quality/coverage",
        nothing=(
            say("Fewer than %(count)s values were audited: they tell nothing of it yet.", count=MIN_GROUP_COUNT)
            if values
            else say("Nothing was audited yet.")
        ),
    )  # fmt: skip
    return Part(
        head=table.caption,
        table=table,
        chart=_coverage_chart(visit, points, table),
        said=[say("Of the audited values, the surest first: a higher target decides less of them.")],
    )


def _coverage_chart(visit: Visit, points: Sequence[CurvePoint], table: Table) -> Chart:
    shown = [
        Point(words=visit.share(each.coverage), share=each.share, low=each.interval[0], high=each.interval[1])
        for each in points
    ]
    kinds = (visit.say("share wrong, by audits"), visit.say("its interval"))
    title = visit.say("Share wrong among the surest, by the share decided")
    return plotted("coverage", title, shown, kinds, table, partial(visit.share, places=2))


def _count_columns(visit: Visit) -> tuple[Column, ...]:
    return (Column("audited", visit.say("Audited"), True), Column("wrong", visit.say("Wrong"), True))


def _counts(visit: Visit, point: CurvePoint) -> tuple[Cell, ...]:
    return (Cell(point.count, visit.number(point.count)), Cell(point.wrong, visit.number(point.wrong)))


def _groups(visit: Visit, points: Sequence[CurvePoint]) -> str:
    """How small groups are joined; said of one that is small all the same."""
    if points[0].count < MIN_GROUP_COUNT:
        return visit.say("Fewer than %(count)s audited values are one group: they tell little.", count=MIN_GROUP_COUNT)
    return visit.say("Groups of fewer than %(count)s audited values are joined with the next.", count=MIN_GROUP_COUNT)


# This home's learning curve: the share of fields that people were asked for, and the error, week by week.


def asked_part(visit: Visit) -> Part:
    """Of the fields decided in each week, the share that people were asked for."""
    say, found = visit.say, measured(visit)
    people, machine = Counter[date](), Counter[date]()
    for each in found.weeks if found else []:
        if visit.sees(each.form):
            people[each.monday] += each.by_people
            machine[each.monday] += each.by_machine
    weeks = {week: people[week] + machine[week] for week in sorted({*people, *machine}) if people[week] + machine[week]}
    rows = [
        (_week(visit, week), Cell(count, visit.number(count)), Cell(people[week], visit.number(people[week])),
         *(share_cell(visit, it) for it in (people[week] / count, *exact_interval(people[week], count))))
        for week, count in weeks.items()
    ]  # fmt: skip
    table = Table(
        name="asked-by-week",
        caption=say("Share of fields that people were asked for, by week"),
        columns=(
            Column("week", say("Week from")), Column("decided", say("Decided"), True),
            Column("by_people", say("By people"), True), *_share_columns(visit, say("Share asked")),
        ),
        rows=rows,
        address="/desk/quality/asked-by-week",
        nothing=say("Nothing was decided in the last half year."),
    )  # fmt: skip
    points = [
        _point(visit, week, people[week], count) for week, count in weeks.items()
    ]  # fmt: skip
    kinds = (say("share asked"), say("its interval"))
    chart = plotted("asked-by-week", table.caption, points, kinds, table, partial(visit.share, places=2))
    said = [say("What was decided for the first time in each week, of the last half year.")]
    return Part(head=say("Learning curve: share asked"), table=table, chart=chart, said=said)


def errors_part(visit: Visit) -> Part:
    """The share wrong of what was audited in each week; nothing of a week with too few."""
    say, weeks = visit.say, error_by_week(audited(visit))
    rows = [
        (_week(visit, week), Cell(count, visit.number(count)),
         *((Cell(wrong, visit.number(wrong)),
            *(share_cell(visit, it) for it in (wrong / count, *exact_interval(wrong, count))))
           if count >= MIN_GROUP_COUNT else (Cell(None, "–"),) * 4))
        for week, (wrong, count) in weeks.items()
    ]  # fmt: skip
    table = Table(
        name="errors-by-week",
        caption=say("Share wrong by week of the audit"),
        columns=(
            Column("week", say("Week from")), Column("audited", say("Audited"), True),
            Column("wrong", say("Wrong"), True), *_share_columns(visit, say("Share wrong")),
        ),
        rows=rows,
        address="/desk/quality/errors-by-week",
        nothing=say("Nothing was audited yet."),
    )  # fmt: skip
    points = [_point(visit, week, wrong, count) for week, (wrong, count) in weeks.items() if count >= MIN_GROUP_COUNT]
    kinds = (say("share wrong, by audits"), say("its interval"))
    return Part(
        head=say("Learning curve: error"),
        table=table,
        chart=plotted("errors-by-week", table.caption, points, kinds, table, partial(visit.share, places=2)),
        faint=[say("A week with fewer than %(count)s audited values tells nothing and is left blank.",
                   count=MIN_GROUP_COUNT)] if weeks else [],
    )  # fmt: skip


def _share_columns(visit: Visit, head: str) -> tuple[Column, ...]:
    return (
        Column("share", head, True),
        Column("interval_low", visit.say("At least"), True),
        Column("interval_high", visit.say("At most"), True),
    )


def _week(visit: Visit, week: date) -> Cell:
    return Cell(week.isoformat(), visit.date(week))


def _point(visit: Visit, week: date, hits: int, count: int) -> Point:
    low, high = exact_interval(hits, count)
    words = visit.date(week)
    return Point(words=words, share=hits / count, low=low, high=high)
