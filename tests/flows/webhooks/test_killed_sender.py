"""A sender that is killed: nothing is missing, and nothing is there twice for a receiver that follows the standard."""

from __future__ import annotations

import pytest

from tests.bench.bench_webhooks import measure


@pytest.mark.slow
def test_a_sender_killed_at_a_random_moment_loses_and_doubles_nothing() -> None:
    done = measure(kills=1, seed=3)
    assert (done.missing, done.twice, done.is_equal) == (0, 0, True), done
    assert done.events > 5, "how many there are depends on when it was killed"
