"""Two curves of audited fields: how right it is where we say how sure we are, and the error where less is decided."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from flows.desk.charts import Chart, Point, plotted
from flows.desk.parts import Part
from flows.desk.quality.counted import audited
from flows.desk.quality.measured import share_cell
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Visit
from flows.measuring import MIN_GROUP_COUNT, CurvePoint, calibration_points, coverage_points


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
