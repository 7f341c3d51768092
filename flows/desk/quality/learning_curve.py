"""This home's learning curve: the share of fields that people were asked for, and the error, week by week."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import partial

from flows.desk.charts import Point, plotted
from flows.desk.parts import Part
from flows.desk.quality.counted import audited, measured
from flows.desk.quality.measured import share_cell
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Visit
from flows.measuring import MIN_GROUP_COUNT, error_by_week
from reconcile.algorithms import exact_interval


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
