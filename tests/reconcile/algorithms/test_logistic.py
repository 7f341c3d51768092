"""Logistic regression held to what was believed before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.algorithms import logistic
from tests.examples import examples

if TYPE_CHECKING:
    from reconcile.algorithms.logistic import Numbers

WEIGHTS = numpy.array([-0.5, 1.5])
FIRM = [numpy.full(2, ridge) for ridge in (1000.0, 100.0, 10.0, 1.0)]


def drawn(count: int, weights: Numbers, seed: int = 0) -> tuple[Numbers, Numbers]:
    """So many observations of which the weights are true."""
    lot = numpy.random.default_rng(seed)
    inputs = numpy.column_stack([numpy.ones(count), lot.normal(0.0, 1.5, count)])
    chance = 1.0 / (1.0 + numpy.exp(-(inputs @ weights)))
    return inputs, (lot.random(count) < chance).astype(float)


def test_enough_observations_find_the_weights() -> None:
    found = logistic.fit_logistic(*drawn(20_000, WEIGHTS), numpy.zeros(2), numpy.full(2, 0.5))
    assert found == pytest.approx(WEIGHTS, abs=0.08)


def test_nothing_observed_leaves_what_was_believed() -> None:
    nothing = numpy.empty((0, 2)), numpy.empty(0)
    assert logistic.fit_logistic(*nothing, WEIGHTS, numpy.ones(2)) == pytest.approx(WEIGHTS)


def test_observations_that_can_be_parted_give_finite_weights() -> None:
    inputs = numpy.column_stack([numpy.ones(20), numpy.linspace(-1, 1, 20)])
    found = logistic.fit_logistic(inputs, (inputs[:, 1] > 0).astype(float), numpy.zeros(2), numpy.full(2, 0.01))
    assert numpy.isfinite(found).all()
    assert found[1] > 1.0


@examples(50)
@given(
    st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=1, max_size=30),
    st.floats(0.1, 100.0),
    st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=2),
)
def test_no_step_away_from_the_fit_is_better(seen: list[tuple[float, bool]], firm: float, step: list[float]) -> None:
    inputs = numpy.array([[1.0, each] for each, _ in seen])
    right = numpy.array([float(was) for _, was in seen])
    ridge, believed = numpy.full(2, firm), numpy.zeros(2)
    found = logistic.fit_logistic(inputs, right, believed, ridge)

    def loss(weights: Numbers) -> float:
        margin = inputs @ weights
        return float(numpy.logaddexp(0, margin).sum() - right @ margin + 0.5 * ridge @ (weights - believed) ** 2)

    assert loss(found) <= loss(found + numpy.array(step)) + 1e-6


@pytest.mark.parametrize("seed", range(10))
def test_data_that_bear_out_a_belief_leave_it_firm(seed: int) -> None:
    found = logistic.fit_strongest_ridge(*drawn(100, WEIGHTS, seed), WEIGHTS, FIRM)
    assert found == pytest.approx(WEIGHTS, abs=0.3)


@pytest.mark.parametrize("seed", range(10))
def test_data_that_contradict_a_belief_bend_it(seed: int) -> None:
    believed = numpy.array([2.5, 1.5])
    found = logistic.fit_strongest_ridge(*drawn(200, WEIGHTS, seed), believed, FIRM)
    assert found[0] < 0.75
