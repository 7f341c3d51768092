"""A small crowd over HTTP at a server that is killed in the middle: what the benchmark shows at full size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.bench_crowd import SMALL, play

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_a_crowd_that_vanishes_and_sends_twice_at_a_server_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    played = play(tmp_path, SMALL)

    assert played.wrong == []
    assert played.served.kills == SMALL.kills
    assert played.vanished > 0
    assert played.seen.broken > 0, "it was killed while people worked"
    assert played.seen.outcomes["again"] > 0, "some were sent twice"
    assert len(played.seen.acknowledged) > SMALL.people
