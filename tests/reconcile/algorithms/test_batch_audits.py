"""Audits of a batch: the sizes are those that others computed, and the bound holds as often as it says."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.algorithms.batch_audits import audits_needed, find_probability


@pytest.mark.parametrize(
    ("size", "at_most", "audits"),
    [
        (1_000, 0.01, 238),
        (3_000, 0.01, 275),
        (10_000, 0.01, 291),
        (1_000, 0.005, 393),
        (10_000, 0.005, 570),
        (1_000, 0.001, 777),
        (10_000, 0.001, 2_383),
        (100_000, 0.001, 2_922),
    ],
)
def test_the_audits_of_a_batch_without_an_error_are_those_of_the_hypergeometric_table(
    size: int, at_most: float, audits: int
) -> None:
    assert audits_needed(size, at_most, 0.95, 0.0) == audits


def test_a_batch_of_which_more_is_wrong_than_allowed_takes_no_number_of_audits() -> None:
    assert audits_needed(1_000, 0.01, 0.95, 0.011) is None
    # with 4 values left unread an 11th wrong one would be among them in 4.3 % of draws
    assert audits_needed(1_000, 0.01, 0.95, 0.01) == 996


@pytest.mark.parametrize(("at_most", "confidence", "wrong"), [(0.0, 0.95, 0.0), (0.01, 1.0, 0.0), (0.01, 0.95, -0.1)])
def test_what_is_no_share_is_refused(at_most: float, confidence: float, wrong: float) -> None:
    with pytest.raises(ValueError, match="each is a share"):
        audits_needed(100, at_most, confidence, wrong)


@given(size=st.integers(1, 60), data=st.data())
def test_the_probability_is_that_of_all_draws_together(size: int, data: st.DataObject) -> None:
    audited, wrong = data.draw(st.integers(0, size)), data.draw(st.integers(0, size))
    found = data.draw(st.integers(0, size))
    at_most = find_probability(found, audited, wrong, size)
    assert at_most == pytest.approx(1 - find_probability(audited - found - 1, audited, size - wrong, size), abs=1e-9)
    assert at_most <= find_probability(found + 1, audited, wrong, size) + 1e-12


@given(size=st.integers(20, 3_000), at_most=st.floats(0.002, 0.3), wrong=st.floats(0.0, 0.2))
def test_more_wrong_never_needs_fewer_audits(size: int, at_most: float, wrong: float) -> None:
    few, many = audits_needed(size, at_most, 0.95, 0.0), audits_needed(size, at_most, 0.95, wrong)
    assert few is not None
    assert many is None or few <= many <= size


def test_a_batch_that_breaks_the_bound_passes_so_many_audits_in_one_of_twenty_draws_at_most() -> None:
    chance, size, at_most = random.Random(4), 2_000, 0.01
    audits = audits_needed(size, at_most, 0.95, 0.0)
    assert audits is not None
    wrong = frozenset(range(round(size * at_most) + 1))
    passed = sum(wrong.isdisjoint(chance.sample(range(size), audits)) for _ in range(3_000))
    assert 0.03 < passed / 3_000 < 0.06
