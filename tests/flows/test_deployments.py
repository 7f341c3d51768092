"""The deployments file: a Prefect server takes it as it is, and a worker of its pool runs a flow from it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.flows.house import PATIENCE, House

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deployments" / "prefect.yaml"
PREFECT = (sys.executable, "-m", "prefect")


@pytest.mark.slow
@pytest.mark.soak
def test_a_prefect_server_takes_the_deployments_and_a_worker_runs_one(working_house: House) -> None:
    house = working_house
    assert house.prefect is not None
    environment = os.environ | {
        "PREFECT_API_URL": house.prefect,
        "PREFECT_API_AUTH_STRING": house.prefect_secret,
        "FAIRHAND_SOURCE": str(ROOT),
        "FAIRHAND_HOME": str(house.home),
    }

    def run(*words: str) -> str:
        done = subprocess.run([*PREFECT, *words], cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    with httpx.Client(base_url=house.prefect, auth=house.prefect_sign_in, timeout=PATIENCE) as server:
        server.post("/work_pools/", json={"name": "fairhand", "type": "process"}).raise_for_status()
        run("--no-prompt", "deploy", "--all", "--prefect-file", str(FILE))
        deployed = {each["name"]: each for each in server.post("/deployments/filter", json={}).json()}
        assert {name: len(each["schedules"]) for name, each in deployed.items()} == {
            "ingest": 0,
            "shift": 1,
            "reconcile": 1,
            "learn": 1,
        }
        asked = server.post(f"/deployments/{deployed['learn']['id']}/create_flow_run", json={}).json()["id"]
        told = run("worker", "start", "--pool", "fairhand", "--run-once")
        ended = server.get(f"/flow_runs/{asked}").json()["state"]
        assert ended["type"] == "COMPLETED", f"{ended['message']}\n{told}"
    assert (house.home / "state.db").exists()
