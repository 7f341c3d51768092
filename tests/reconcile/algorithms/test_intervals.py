"""Bounds of shares are exact: by their closed forms, as published, and never false more often than they say."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.algorithms import exact_interval, least_share, lower_bound

COUNTED = st.integers(1, 400).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


def test_none_wrong_of_1074_is_at_most_a_third_of_a_percent() -> None:
    assert exact_interval(0, 1074)[1] == pytest.approx(0.00343, abs=5e-6)


@given(st.integers(1, 100_000))
def test_with_none_or_all_found_it_is_the_closed_form(total: int) -> None:
    end = 0.025 ** (1 / total)
    assert exact_interval(0, total) == pytest.approx((0.0, 1 - end), abs=1e-8)
    assert exact_interval(total, total) == pytest.approx((end, 1.0), abs=1e-8)


@pytest.mark.parametrize(
    ("hits", "total", "published"),
    [(4, 20, (0.0573, 0.4366)), (10, 100, (0.0490, 0.1762)), (3, 1000, (0.000619, 0.008742))],
)
def test_it_is_as_published(hits: int, total: int, published: tuple[float, float]) -> None:
    assert exact_interval(hits, total) == pytest.approx(published, abs=5e-5)


@given(COUNTED)
def test_it_holds_what_was_counted_is_its_mirror_and_narrows_with_more(counted: tuple[int, int]) -> None:
    hits, total = counted
    low, high = exact_interval(hits, total)
    assert 0.0 <= low <= hits / total <= high <= 1.0
    assert exact_interval(total - hits, total) == pytest.approx((1 - high, 1 - low), abs=1e-8)
    tenfold = exact_interval(10 * hits, 10 * total)
    assert tenfold[1] - tenfold[0] < high - low
    if hits < total:
        more = exact_interval(hits + 1, total)
        assert low < more[0]
        assert high < more[1]


@given(st.integers(1, 60), st.floats(0.001, 0.999))
def test_the_truth_lies_outside_no_more_often_than_it_says(total: int, truth: float) -> None:
    chances = [comb(total, hits) * truth**hits * (1 - truth) ** (total - hits) for hits in range(total + 1)]
    ends = [exact_interval(hits, total) for hits in range(total + 1)]
    for outside in ([truth < low for low, _ in ends], [high < truth for _, high in ends]):
        assert sum(chance for chance, missed in zip(chances, outside, strict=True) if missed) <= 0.025 + 1e-6


@given(COUNTED, st.sampled_from([0.001, 0.025, 0.05]))
def test_below_the_least_share_what_was_found_is_as_rare_as_was_asked(counted: tuple[int, int], risk: float) -> None:
    hits, total = counted
    least = least_share(hits, total, risk)
    fewer = sum(comb(total, each) * least**each * (1 - least) ** (total - each) for each in range(hits))
    assert 1 - fewer == pytest.approx(risk if hits else 1.0, abs=1e-5)


def test_nothing_counted_is_nothing_known() -> None:
    assert exact_interval(0, 0) == (0.0, 1.0)
    assert lower_bound((0, 0)) == 0.0
