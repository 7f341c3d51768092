"""Two machines take runs from one pool, with homes of their own: what a killed one has left, the other reads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from flows.home.settings import load_settings, prefect_secret
from flows.runtime.prefect_server import PrefectServer
from tests.bucket import bucket_server
from tests.deployments.composition import DEPLOYMENTS, ROOT
from tests.flows.house import PATIENCE, House, until
from tests.orders import series, write
from tests.postgres import new_database, rows

pytestmark = [pytest.mark.slow, pytest.mark.soak, pytest.mark.timeout(1500)]
SCANS_COUNT = 8
SEED = 4646
START = 300.0


@contextmanager
def worker(environment: Mapping[str, str], log: Path) -> Iterator[psutil.Process]:
    """A worker of the pool on a machine; what is left of it is killed."""
    words = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "fairhand", "--type", "process"]
    with log.open("wb") as told:
        process = subprocess.Popen([*words, "--limit", "1"], env=environment, cwd=ROOT, stdout=told, stderr=told)
        try:
            yield psutil.Process(process.pid)
        finally:
            kill(psutil.Process(process.pid))
            process.wait()


def kill(process: psutil.Process) -> None:
    """Kill a process with everything that it has started, as a machine ends whose power fails."""
    for each in (process, *process.children(recursive=True)):
        each.kill()


def test_what_a_killed_machine_of_a_pool_has_left_the_other_one_reads(tmp_path: Path) -> None:
    write(series(SCANS_COUNT, SEED, ["bon-de-commande"], ["flat"], ["typed"]), tmp_path / "photographs")
    (tmp_path / "photographs" / "truth.jsonl").unlink()
    settings, state = load_settings(tmp_path / "prefect"), new_database()
    prefect = PrefectServer(settings)
    prefect.start()
    prefect.wait(START)
    try:
        with bucket_server() as buckets:
            buckets.client().create_bucket(Bucket="pictures")
            shared = {
                **buckets.variables,
                "PREFECT_API_URL": prefect.address,
                "PREFECT_API_AUTH_STRING": prefect_secret(settings),
                "PREFECT_WORKER_QUERY_SECONDS": "1",
                "FAIRHAND_STATE": state,
                "FAIRHAND_ARCHIVE": "s3://pictures",
                "FAIRHAND_ENGINES": "tesseract",
                "FAIRHAND_WORKERS": "1",
                "FAIRHAND_READ_LEASE_SECONDS": "5",
            }
            machines = [
                {**os.environ, **shared, "FAIRHAND_HOME": str(home), "PREFECT_HOME": str(home / "prefect-worker")}
                for home in (tmp_path / "first", tmp_path / "second")
            ]
            first = House(home=tmp_path / "first", environment=shared)
            taken = first.run(
                "ingest", tmp_path / "photographs", "--form", "bon-de-commande", "--batch", "monday", "--no-read"
            )
            assert taken.code == 0, taken.err
            (tmp_path / "second").mkdir()
            shutil.copy(tmp_path / "first" / "state.key", tmp_path / "second")
            pool = ["sh", str(DEPLOYMENTS / "compose" / "pool.sh")]
            made = subprocess.run(pool, env=machines[0], cwd=ROOT, capture_output=True, text=True)
            assert made.returncode == 0, made.stdout + made.stderr
            with (
                httpx.Client(
                    base_url=prefect.address,
                    auth=tuple(prefect_secret(settings).split(":", 1)),  # type: ignore[arg-type]  # a pair
                    timeout=PATIENCE,
                ) as asked,
                worker(machines[0], tmp_path / "first.log") as lasting,
                worker(machines[1], tmp_path / "second.log") as killed,
            ):
                shift = asked.get("/deployments/name/shift/shift").raise_for_status().json()["id"]
                for _ in machines:
                    asked.post(f"/deployments/{shift}/create_flow_run", json={}).raise_for_status()

                claimed = "SELECT DISTINCT worker FROM to_read WHERE worker IS NOT NULL"
                until(lambda: len(rows(state, claimed)) == len(machines), START, 0.05)
                kill(killed)
                until(lambda: rows(state, "SELECT count(*) FROM reads") == [(SCANS_COUNT,)], START)
                assert lasting.is_running()
        assert rows(state, "SELECT count(*) FROM to_read") == [(0,)]
        assert rows(state, "SELECT scan_id FROM engine_time GROUP BY scan_id, engine HAVING count(*) > 1") == []
        assert not list(tmp_path.rglob("state.db"))
    finally:
        prefect.stop()
