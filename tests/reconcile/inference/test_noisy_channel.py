"""Sums of the probabilities of votes over the ways in which they come about."""

from __future__ import annotations

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from reconcile.inference.noisy_channel import MIN_READING_PROBABILITY, log_sum

SHARES = st.floats(MIN_READING_PROBABILITY, 1.0)


@given(st.lists(st.tuples(SHARES, st.lists(SHARES, min_size=2, max_size=2), st.just("")), min_size=1, max_size=4))
def test_a_way_that_weighs_less_than_a_float_holds_changes_no_sum(ways: list[tuple[float, list[float], str]]) -> None:
    found = log_sum(ways)
    assert -inf < found
    assert log_sum([*ways, (0.0, [MIN_READING_PROBABILITY] * 2, "")]) == found
