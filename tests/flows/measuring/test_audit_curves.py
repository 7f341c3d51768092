"""Curves of audited fields: nothing is lost, small groups are joined, and intervals hold the share."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from flows.measuring.quality_measures import MIN_GROUP_COUNT, calibration_points, coverage_points, error_by_week
from reconcile.learning import AuditedValue
from transcribe.model import FieldKey

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


def value(probability: float | None, *, wrong: bool = False, at: datetime | None = MONDAY) -> AuditedValue:
    return AuditedValue(form="f", key=FieldKey("total"), type="amount", wrong=wrong, at=at, probability=probability)


def test_values_are_grouped_by_what_was_stated_of_them() -> None:
    sure = [value(0.99995, wrong=number < 1) for number in range(40)]
    less = [value(0.95, wrong=number < 5) for number in range(30)]
    low, high = calibration_points([*sure, *less])
    assert (low.count, low.wrong, high.count, high.wrong) == (30, 5, 40, 1)
    assert (round(low.stated, 4), round(high.least, 5)) == (0.95, 0.99995)
    assert low.interval[0] < 5 / 30 < low.interval[1]


def test_a_small_group_joins_its_neighbour_and_a_lone_one_stays() -> None:
    few, many = [value(0.95)] * 5, [value(0.99995)] * 40
    assert [each.count for each in calibration_points([*few, *many])] == [45]
    assert [each.count for each in calibration_points([*[value(0.95)] * 40, *[value(0.99995)] * 5])] == [45]
    assert [each.count for each in calibration_points(few)] == [5]
    assert coverage_points(few) == []


def test_what_an_operator_said_has_no_stated_probability_and_is_left_out() -> None:
    assert calibration_points([value(None)] * 50) == []


def test_less_decided_is_less_wrong_where_the_unsure_ones_are() -> None:
    fields = [value(0.999 + number / 1e6, wrong=number < 10) for number in range(100)]
    points = coverage_points(fields)
    assert [each.count for each in points] == [20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert [each.wrong for each in points][-2:] == [0, 10]
    assert points[-1].coverage == 1.0


def test_values_that_are_stated_equally_sure_are_decided_together_or_not_at_all() -> None:
    points = coverage_points([*[value(0.9999)] * 40, *[value(0.99, wrong=True)] * 10])
    assert [(each.count, each.wrong, each.coverage) for each in points] == [(40, 0, 0.8), (50, 10, 1.0)]


def test_weeks_begin_on_monday() -> None:
    values = [value(0.99, at=MONDAY), value(0.99, wrong=True, at=MONDAY + timedelta(days=6)), value(0.99, at=None)]
    values.append(value(0.99, at=MONDAY + timedelta(days=7)))
    assert error_by_week(values) == {date(2026, 11, 23): (1, 2), date(2026, 11, 30): (0, 1)}


@given(st.lists(st.tuples(st.floats(0.5, 1.0), st.booleans()), max_size=200))
def test_no_value_is_lost_and_no_group_but_a_lone_one_is_small(told: list[tuple[float, bool]]) -> None:
    fields = [value(probability, wrong=wrong) for probability, wrong in told]
    points = calibration_points(fields)
    assert sum(each.count for each in points) == len(fields)
    assert sum(each.wrong for each in points) == sum(each.wrong for each in fields)
    assert len(points) <= 1 or min(each.count for each in points) >= MIN_GROUP_COUNT
    assert [each.stated for each in points] == sorted(each.stated for each in points)
    covered = coverage_points(fields)
    assert [each.coverage for each in covered] == sorted({each.coverage for each in covered})
    assert all(sum(each.probability >= point.least for each in fields) == point.count for point in covered)  # type: ignore[operator]  # stated
