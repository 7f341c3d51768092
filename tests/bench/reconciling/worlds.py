"""The generator's rows: two machines and people asked one by one, from a cold start, on seeds not used in development.

Development looked at seeds 1 to 36. Those reported are above 100.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from reconcile.algorithms.metrics import Forecast, calibration_error
from tests.bench.generator import Shape, make
from tests.bench.generator.orders import HARD
from tests.bench.intervals import said
from tests.bench.reconciling import majority, online
from tests.bench.reconciling.online import Outcome
from tests.bench.rows import Row, at_least, at_most

SEEDS = (101, 102, 103)
HARD_SEEDS = (201, 202)


def usual(small: bool, seeds: Sequence[int] = SEEDS) -> Iterator[Row]:
    """The usual world: accuracy, effort, orders wholly right, honesty; majority and keying on the same readings."""
    shape = Shape(forms=60) if small else Shape()
    for seed in seeds[:1] if small else seeds:
        world = make(seed, shape)
        outcomes = online.run(world)
        yield at_least(f"seed {seed}: fields right", right(outcomes), 0.995)
        yield at_most(f"seed {seed}: people's readings a field", effort(outcomes), 0.25, 3)
        yield Row(of=f"seed {seed}: orders wholly right", figure=f"{orders_right(outcomes):.3f}")
        yield from honesty(f"seed {seed}", outcomes)
        for row in majority.rows(world):
            yield replace(row, of=f"seed {seed}: {row.of}")


def hard(small: bool, seeds: Sequence[int] = HARD_SEEDS) -> Iterator[Row]:
    """Two and a half times the noise, weak master data, a fifth of the sums broken on the paper."""
    shape = replace(HARD, forms=40) if small else HARD
    for seed in seeds[:1] if small else seeds:
        world = make(seed, shape)
        outcomes = online.run(world)
        yield at_least(f"seed {seed}: fields right", right(outcomes), 0.99)
        yield Row(of=f"seed {seed}: people's readings a field", figure=f"{effort(outcomes):.3f}")
        yield Row(of=f"seed {seed}: orders wholly right", figure=f"{orders_right(outcomes):.3f}")
        yield from honesty(f"seed {seed}", outcomes)
        for row in majority.rows(world):
            yield replace(row, of=f"seed {seed}: {row.of}")


def honesty(of: str, outcomes: Sequence[Outcome]) -> Iterator[Row]:
    """Whether the probabilities mean what they say."""
    sure = [each for each in outcomes if each.decision.probability >= 0.99]
    wrong = sum(not each.right for each in sure)
    yield at_most(f"{of}: wrong among p >= 0.99", wrong / max(1, len(sure)), 0.012)
    yield Row(of=f"{of}: wrong among decided", figure=said(sum(not each.right for each in outcomes), len(outcomes)))
    yield at_most(f"{of}: ECE over all", calibration_error(told(outcomes)), 0.02)
    doubtful = [each for each in outcomes if each.decision.probability < 0.98]
    if len(doubtful) >= 50:
        yield at_most(f"{of}: ECE over {len(doubtful)} fields under 0.98", calibration_error(told(doubtful)), 0.05)


def right(outcomes: Sequence[Outcome]) -> float:
    return sum(each.right for each in outcomes) / len(outcomes)


def effort(outcomes: Sequence[Outcome]) -> float:
    """People's readings a field, audits and experts counted."""
    return sum(each.people for each in outcomes) / len(outcomes)


def orders_right(outcomes: Sequence[Outcome]) -> float:
    forms: dict[int, bool] = defaultdict(lambda: True)
    for each in outcomes:
        forms[each.item.form] &= each.right
    return sum(forms.values()) / len(forms)


def told(outcomes: Iterable[Outcome]) -> list[Forecast]:
    """What was stated of each, and whether it was right."""
    return [(each.decision.probability, each.right) for each in outcomes]
