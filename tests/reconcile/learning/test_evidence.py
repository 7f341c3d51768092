"""The benchmark of learning, small: stores of forms, receipts and invoices that nothing harms.

`python -m tests.bench.bench_learning --set evidence` has more documents and seeds, and every bar.
"""

from __future__ import annotations

import pytest

from reconcile.algorithms.paired import sign_probability
from tests.bench.reconciling.evidence import AUDITS_ALONE, CHANCE, GOLD_ALONE, NO_TRUTH, POISONED, Tried, tried

SIZES = {"forms": 30, "receipts": 60, "invoices": 40}
"""Documents of each store in `make soak`; a test run has half of them."""
SEED = 711


@pytest.mark.parametrize("kind", sorted(SIZES))
@pytest.mark.parametrize("share", [1, pytest.param(2, marks=pytest.mark.soak)])
def test_learning_harms_no_store(kind: str, share: int) -> None:
    found = tried(kind, SEED, SIZES[kind] * share // 2)
    assert not found[NO_TRUTH].proposal.reopens
    for name, each in found.items():
        assert sign_probability(each.newly_wrong, each.mended) > CHANCE, f"{name}: {told(each)}"
    for name in (NO_TRUTH, GOLD_ALONE, POISONED):
        each = found[name]
        assert sum(each.readings_after) <= sum(each.readings_before), f"{name}: {told(each)}"
    assert found[AUDITS_ALONE].proposal.judging > found[GOLD_ALONE].proposal.judging


def told(each: Tried) -> str:
    return (
        f"{each.proposal.verdict}, readings {sum(each.readings_before)} before, {sum(each.readings_after)} after, "
        f"newly wrong {each.newly_wrong}, mended {each.mended}"
    )
