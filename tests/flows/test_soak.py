"""What takes too long for every test run: an ingest killed on its whole way, and a crowd at a server that is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import bench_crowd, bench_path

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

CROWD = bench_crowd.Plan(people=80, seconds=240.0, kills=5, scans=160, least=2_000, whole=False)


def test_an_ingest_killed_at_ten_moments_ends_with_what_an_undisturbed_run_has(tmp_path: Path) -> None:
    assert bench_path.measured(tmp_path, photographs=40, kills=10)


def test_a_crowd_that_vanishes_at_a_server_that_is_killed_five_times_loses_nothing(tmp_path: Path) -> None:
    played = bench_crowd.play(tmp_path, CROWD)

    assert played.wrong == []
    assert played.served.kills == CROWD.kills
    assert played.vanished > 0
    assert played.seen.broken >= CROWD.kills
    assert played.seen.outcomes["again"] > 0
    assert len(played.seen.acknowledged) >= CROWD.least
