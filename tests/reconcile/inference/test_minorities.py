"""The suite of right minorities: one careful reader against two careless ones, or against what many take for something
else."""

from __future__ import annotations

from tests.bench.generator import Shape, make
from tests.bench.reconciling.minority import count


def test_half_of_the_right_minorities_are_saved_and_hardly_a_right_majority_is_broken() -> None:
    tally = count(make(303, Shape(forms=80)))
    assert tally["minority"] >= 10
    assert tally["decidable"] >= 5
    assert tally["saved decidable"] >= 0.5 * tally["decidable"]
    assert tally["saved"] >= 0.5 * tally["minority"]
    assert tally["majority"] > 1000
    assert tally["broken"] < 0.01 * tally["majority"]
