"""Curves of audited fields: stated probability against share right, risk against coverage, error by week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reconcile.algorithms import exact_interval
from reconcile.learning import AuditedValue

MIN_GROUP_COUNT = 20
"""A group of fewer audited fields joins its neighbour: less than 20 tell nothing of one in a hundred."""

STATED_EDGES = (0.9, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999)
"""Where groups of stated probabilities part: each allows about half the error of the one before. Chosen by hand."""

COVERAGE_STEPS = 10
"""The curve of risk has so many points: a tenth of the fields more each. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """A group of audited fields: how many were wrong of so many, with the interval of the share.

    `stated` is the mean probability that was stated of them, `least` the lowest. `coverage` is the share of all audited
    fields that are at least so sure.
    """

    count: int
    wrong: int
    stated: float
    least: float
    coverage: float = 1.0

    @property
    def share(self) -> float:
        """The share that was wrong."""
        return self.wrong / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The interval that holds the true share 19 times in 20."""
        return exact_interval(self.wrong, self.count)


def calibration_points(fields: Iterable[AuditedValue]) -> list[CurvePoint]:
    """Audited fields by what was stated of them, the least sure first; a small group joins the next surer one."""
    groups: list[list[AuditedValue]] = [[]]
    bins: dict[int, list[AuditedValue]] = defaultdict(list)
    for each in _stated(fields):
        bins[sum(_probability(each) >= edge for edge in STATED_EDGES)].append(each)
    for number in sorted(bins):
        if len(groups[-1]) >= MIN_GROUP_COUNT:
            groups.append([])
        groups[-1] += bins[number]
    if len(groups) > 1 and len(groups[-1]) < MIN_GROUP_COUNT:
        last = groups.pop()
        groups[-1] += last
    return [_point(group) for group in groups if group]


def coverage_points(fields: Iterable[AuditedValue]) -> list[CurvePoint]:
    """The share wrong among the surest tenth, two tenths and so on; fields stated equally sure stay together."""
    surest = sorted(_stated(fields), key=lambda each: -_probability(each))
    points: list[CurvePoint] = []
    for step in range(1, COVERAGE_STEPS + 1):
        end = len(surest) * step // COVERAGE_STEPS
        while 0 < end < len(surest) and _probability(surest[end]) == _probability(surest[end - 1]):
            end += 1
        if end >= MIN_GROUP_COUNT and (not points or points[-1].count < end):
            points.append(_point(surest[:end], end / len(surest)))
    return points


def error_by_week(fields: Iterable[AuditedValue]) -> dict[date, tuple[int, int]]:
    """How many audited fields were wrong of how many, by the Monday of the week in which experts read them."""
    weeks: dict[date, tuple[int, int]] = {}
    for each in fields:
        if each.at is not None:
            week = monday(each.at.date())
            wrong, count = weeks.get(week, (0, 0))
            weeks[week] = (wrong + each.wrong, count + 1)
    return dict(sorted(weeks.items()))


def monday(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def _stated(fields: Iterable[AuditedValue]) -> list[AuditedValue]:
    return [each for each in fields if each.probability is not None]


def _probability(field: AuditedValue) -> float:
    return field.probability or 0.0


def _point(group: Sequence[AuditedValue], coverage: float = 1.0) -> CurvePoint:
    stated = [_probability(each) for each in group]
    return CurvePoint(
        count=len(group),
        wrong=sum(each.wrong for each in group),
        stated=sum(stated) / len(stated),
        least=min(stated),
        coverage=coverage,
    )
