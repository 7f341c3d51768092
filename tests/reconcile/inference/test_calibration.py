"""Calibration: from the model's share to what such shares turned out to be."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.algorithms.intervals import lower_bound
from reconcile.inference.calibration import Lesson, adjusted, fit_calibration
from reconcile.inference.circumstances import UNDECIDED_STAGE
from reconcile.parameters.confidence_bins import CONFIDENCE_STEPS, log_ratios, log_ratios_of_kind

SHARES = st.floats(0.5, 1.0)


def lessons(share: float, right: int, wrong: int) -> list[Lesson]:
    said = [True] * right + [False] * wrong
    return [Lesson(stage="machines", family="date", share=share, right=each) for each in said]


def test_nothing_fitted_changes_nothing() -> None:
    assert adjusted(0.97, "machines", "date", {}) == 0.97


def test_a_model_that_is_too_sure_is_brought_down() -> None:
    fitted = fit_calibration([*lessons(0.999, 180, 20), *lessons(0.9, 150, 50)])
    assert adjusted(0.999, "machines", "date", fitted) == pytest.approx(0.9, abs=0.03)
    assert adjusted(0.9, "machines", "date", fitted) == pytest.approx(0.75, abs=0.06)


def test_a_few_fields_change_little() -> None:
    fitted = fit_calibration(lessons(0.95, 2, 1))
    assert adjusted(0.95, "machines", "date", fitted) > 0.85


def test_values_that_are_never_decided_are_calibrated_whatever_their_share_and_others_from_a_half_on() -> None:
    hand = [Lesson(stage=f"{UNDECIDED_STAGE} handwriting: line text", family="line text", share=0.4, right=False)] * 80
    fitted = fit_calibration([*hand, *lessons(0.4, 0, 80)])
    assert adjusted(0.4, f"{UNDECIDED_STAGE} handwriting: line text", "line text", fitted) < 0.15
    assert adjusted(0.4, "machines", "date", fitted) == 0.4


@given(one=SHARES, other=SHARES)
def test_what_the_model_finds_likelier_stays_likelier(one: float, other: float) -> None:
    fitted = fit_calibration([*lessons(0.99, 90, 10), *lessons(0.7, 60, 40)])
    low, high = sorted((one, other))
    assert adjusted(low, "machines", "date", fitted) <= adjusted(high, "machines", "date", fitted) + 1e-12


@pytest.mark.parametrize("right", [0, 200])
def test_a_fit_where_all_were_right_or_wrong_stays_finite(right: int) -> None:
    fitted = fit_calibration(lessons(0.99, right, 200 - right))
    assert 0.0 <= adjusted(0.99, "machines", "date", fitted) <= 1.0


def test_a_lower_bound_needs_six_hundred_fields_without_an_error() -> None:
    assert lower_bound((0, 0)) == 0.0
    assert lower_bound((0, 500)) < 0.995 < lower_bound((0, 600))
    assert lower_bound((1, 600)) < lower_bound((0, 600))


TALLIES = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)),
    min_size=len(CONFIDENCE_STEPS) + 1,
    max_size=len(CONFIDENCE_STEPS) + 1,
)


@given(TALLIES, TALLIES)
def test_of_one_kind_of_readings_too_the_surer_is_the_righter_and_without_an_error_it_is_as_usual(
    all_of_it: list[tuple[int, int]], kind: list[tuple[int, int]]
) -> None:
    usual = log_ratios(all_of_it)
    assert all(later <= earlier + 1e-9 for earlier, later in pairwise(log_ratios_of_kind(kind, usual)))
    assert log_ratios_of_kind(None, usual) == usual
    never_wrong = log_ratios_of_kind([(0, right) for _, right in kind], usual)
    apart = [mine - theirs for mine, theirs in zip(never_wrong, usual, strict=True)]
    assert max(apart) - min(apart) < 1e-6, "but for one factor on all, as the shares of right readings differ"


@given(TALLIES)
def test_the_surer_an_engine_the_less_probably_it_is_wrong(tallies: list[tuple[int, int]]) -> None:
    found = log_ratios([list(each) for each in tallies])
    assert len(found) == len(CONFIDENCE_STEPS) + 1
    assert all(later <= earlier + 1e-9 for earlier, later in pairwise(found))
