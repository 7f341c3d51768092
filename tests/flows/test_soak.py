"""What takes too long for every test run: programs killed on their way, a crowd at them, services that go away."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from flows.home.home import open_home
from flows.home.settings import child_environment, load_settings
from tests.bench import bench_crowd, bench_outages, bench_path
from tests.flows.forked_commands import share_readings
from tests.flows.house import until

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

KILLS_COUNT = 10
MOST_STARTING_SECONDS = 20.0
"""By then everything that `serve` starts runs, on an idle machine."""

CROWD = bench_crowd.Plan(people=80, seconds=240.0, kills=5, scans=160, least=2_000, whole=False)


def test_an_ingest_killed_at_ten_moments_ends_with_what_an_undisturbed_run_has(tmp_path: Path) -> None:
    assert all(each.holds is not False for each in bench_path.measured(tmp_path, photographs=40, kills=10))


def test_a_crowd_that_vanishes_at_a_server_that_is_killed_five_times_loses_nothing(tmp_path: Path) -> None:
    played = bench_crowd.play(tmp_path, CROWD)

    assert played.wrong == []
    assert played.served.kills == CROWD.kills
    assert played.vanished > 0
    assert played.seen.broken >= CROWD.kills
    assert played.seen.outcomes["again"] > 0
    assert len(played.seen.acknowledged) >= CROWD.least


def test_services_that_are_killed_and_away_while_files_are_read_cost_nobody_a_file(tmp_path: Path) -> None:
    before = share_readings(None)
    try:
        assert [each for each in bench_outages.play(tmp_path, bench_outages.Plan()) if each.holds is False] == []
    finally:
        share_readings(before)


def test_whenever_the_group_of_serve_is_killed_nothing_that_it_started_is_left(tmp_path: Path) -> None:
    settings, chance = load_settings(tmp_path / "home"), random.Random(5)
    open_home(settings).close()
    serve = [sys.executable, "-m", "flows.cli", "--home", str(settings.home), "serve", "--port", "0"]
    environment = child_environment(settings, FAIRHAND_PREFECT_PORT="0")
    for has_prefect in (True, False) * (KILLS_COUNT // 2):
        leader = subprocess.Popen(serve, env=environment, start_new_session=True, stderr=subprocess.DEVNULL)
        if has_prefect:
            until(lambda: _of_home(settings.home, "server", "start"))
        time.sleep(chance.uniform(0.0, MOST_STARTING_SECONDS))
        os.killpg(leader.pid, signal.SIGKILL)
        leader.wait()
        until(lambda: not _of_home(settings.home))


def _of_home(home: Path, *words: str) -> list[int]:
    """The processes that work for a home, which have its name in their environment, with these words."""
    found = []
    for each in psutil.process_iter():
        with suppress(psutil.Error):
            if each.environ().get("FAIRHAND_HOME") == str(home) and {*words} <= {*" ".join(each.cmdline()).split()}:
                found.append(each.pid)
    return found
