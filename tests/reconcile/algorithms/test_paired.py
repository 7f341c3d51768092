"""Tests of two ways over the same items: exact where few differ, drawn where many do, and never misled by none."""

from __future__ import annotations

import random

import pytest

from reconcile.algorithms.paired import count_probability, flip_probability, sign_probability


def test_nothing_that_differs_says_nothing() -> None:
    assert flip_probability([]) == flip_probability([0.0] * 50) == 1.0
    assert sign_probability(0, 0) == 1.0


def test_few_differences_are_tried_in_every_way() -> None:
    assert flip_probability([1.0, 1.0, 1.0]) == 1 / 8
    assert flip_probability([-1.0, -1.0, -1.0]) == 1.0
    assert flip_probability([3.0, -1.0]) == 2 / 4


@pytest.mark.parametrize(("more", "fewer", "chance"), [(5, 0, 1 / 32), (1, 0, 0.5), (4, 1, 6 / 32), (0, 5, 1.0)])
def test_signs_are_counted_exactly(more: int, fewer: int, chance: float) -> None:
    assert sign_probability(more, fewer) == chance


def test_many_differences_by_chance_are_as_rare_as_said() -> None:
    lot = random.Random(3)
    found = [flip_probability([lot.gauss(0, 1) for _ in range(40)]) for _ in range(300)]
    assert 0.01 < sum(each <= 0.05 for each in found) / len(found) < 0.09


def test_one_large_difference_among_many_small_ones_is_no_proof() -> None:
    assert flip_probability([-0.001] * 200 + [4.0]) > 0.3
    assert flip_probability([0.01] * 200) < 0.01


def test_counts_of_unlike_events_are_exact() -> None:
    assert count_probability(0, []) == count_probability(0, [0.3]) == 1.0
    assert count_probability(1, []) == 0.0
    assert count_probability(1, [0.2, 0.5]) == pytest.approx(1 - 0.8 * 0.5)
    assert count_probability(2, [0.2, 0.5]) == pytest.approx(0.1)
    assert count_probability(3, [0.02] * 17) == pytest.approx(0.0043, abs=0.0003)
