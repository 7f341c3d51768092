"""The arithmetic of pay and the check of a form's pay before it starts."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcribe.pay_arithmetic import HOUR_SECONDS, an_hour, for_time, up
from transcribe.people.floor import PayFault, has_fair_floor, pay_faults
from transcribe.store.facts import Floor, Pace, Rate

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
UNMEASURED = Pace(readings=0, seconds=0.0)


def rate(micro: int, currency: str = "EUR") -> Rate:
    return Rate(form="order", micro=micro, currency=currency, since=NOON)


def floor(micro: int, source: int | None = None) -> Floor:
    return Floor(micro=micro, currency="EUR", source="law", since=NOON, source_micro=source)


@given(micro=st.integers(0, 10**9), seconds=st.floats(0, 10**6))
def test_pay_for_time_is_rounded_in_the_persons_favour_by_less_than_a_micro_unit(micro: int, seconds: float) -> None:
    exact = Fraction(micro) * Fraction(seconds) / HOUR_SECONDS
    assert exact <= for_time(micro, seconds) < exact + 1


@given(amount=st.fractions())
def test_rounding_up_never_loses(amount: Fraction) -> None:
    assert amount <= up(amount) < amount + 1


def test_an_hour_is_unknown_without_time() -> None:
    assert an_hour(100, 0.0) is None
    assert an_hour(100, 1800.0) == 200


@pytest.mark.parametrize(
    ("paid", "least", "pace", "expected"),
    [
        (None, None, UNMEASURED, ("no floor", "no rate")),
        (rate(20_000), None, UNMEASURED, ("no floor",)),
        (rate(20_000), floor(10_000_000, 12_000_000), UNMEASURED, ("floor under its source",)),
        (rate(20_000, "USD"), floor(10_000_000), UNMEASURED, ("currencies differ",)),
        (rate(20_000), floor(10_000_000), UNMEASURED, ()),
        (rate(20_000), floor(10_000_000), Pace(readings=29, seconds=2900.0), ()),
        (rate(20_000), floor(10_000_000), Pace(readings=30, seconds=30 * 7.3), ("pays under the floor",)),
        (rate(20_000), floor(10_000_000), Pace(readings=30, seconds=30 * 7.1), ()),
    ],
)
def test_a_form_starts_paid_work_only_with_an_honest_floor_that_its_rate_reaches(
    paid: Rate | None, least: Floor | None, pace: Pace, expected: tuple[PayFault, ...]
) -> None:
    assert pay_faults(paid, least, pace) == expected


def test_a_floor_is_fair_at_its_source_or_above() -> None:
    assert has_fair_floor(floor(10, 10))
    assert has_fair_floor(floor(10))
    assert not has_fair_floor(floor(9, 10))
    assert not has_fair_floor(None)
