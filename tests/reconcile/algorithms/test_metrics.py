"""How errors and honesty are counted."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.algorithms.metrics import Share, calibration_curve, calibration_error, character_errors, word_errors

TOLD = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


def test_characters_and_words_that_differ_are_counted_over_all_texts() -> None:
    pairs = [("mill roab", "mill road"), ("", "oak"), ("elm", "elm")]
    assert character_errors(pairs) == Share(4, 15)
    assert word_errors([(text.split(), truth.split()) for text, truth in pairs]) == Share(2, 4)
    assert character_errors([("much more than there is", "x")]) == Share(1, 1)


def test_a_share_is_told_with_its_interval() -> None:
    assert str(Share(97, 100)) == "97.0 % [91.5, 99.4] of 100"
    assert str(Share(0, 0)) == "none"
    assert Share(0, 0).share == 0.0


def test_the_calibration_error_is_the_mean_gap_between_stated_and_so() -> None:
    assert calibration_error([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == 0.0
    assert calibration_error([(0.9, False), (0.1, True)]) == pytest.approx(0.9)
    assert calibration_error([]) == 0.0


@given(told=TOLD)
def test_every_value_stands_in_one_group_of_the_curve(told: list[tuple[float, bool]]) -> None:
    groups = calibration_curve(told, 5)
    assert sum(group.right.total for group in groups) == len(told)
    means = [group.probability for group in groups]
    assert all(before <= after + 1e-9 for before, after in pairwise(means))
    assert 0.0 <= calibration_error(told) <= 1.0
