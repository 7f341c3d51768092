"""Prefect's automations on a real server: made once, and what each of them wakes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.events import emit_event
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.states import Crashed, Pending, Running

from flows import automations as made
from flows.ingest import ingest
from flows.runtime import tell_prefect
from flows.scheduled import alerts, reconcile, shift
from tests.aside import run_aside
from tests.flows.house import PATIENCE, House, until

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.prefect, pytest.mark.slow, pytest.mark.timeout(900)]

LEAST_TIME = timedelta(seconds=10)
"""Prefect waits no shorter for what does not come."""


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is missed soon."""
    for name in ("SILENT_TIME", "PENDING_TIME", "SHIFT_TIME"):
        monkeypatch.setattr(made, name, LEAST_TIME)


@pytest.fixture
def server(working_house: House) -> Iterator[httpx.Client]:
    """Prefect's server, which Prefect in this process talks to as well."""
    where = {PREFECT_API_URL: working_house.prefect, PREFECT_API_AUTH_STRING: working_house.prefect_secret}
    with (
        temporary_settings(where),
        httpx.Client(
            base_url=str(working_house.prefect), auth=working_house.prefect_sign_in, timeout=PATIENCE
        ) as asked,
    ):
        yield asked


async def deployed() -> dict[str, UUID]:
    """The deployments that automations are about, without anybody who runs them."""
    async with get_client() as client:
        return {
            flow.name: await client.create_deployment(await client.create_flow(flow), flow.name)
            for flow in (alerts, reconcile, shift, ingest)
        }


async def put(deployments: dict[str, UUID]) -> None:
    """Make the automations."""
    async with get_client() as client:
        await made.put_automations(client, deployments)


async def run_in(deployment: UUID, *states: Any) -> UUID:
    """A run of a deployment that went through these states."""
    async with get_client() as client:
        run = await client.create_flow_run_from_deployment(deployment, state=Pending())
        for state in states:
            await client.set_flow_run_state(run.id, state, force=True)
        return run.id


def runs(server: httpx.Client, deployment: UUID) -> int:
    """How many runs a deployment has."""
    return int(server.post("/flow_runs/count", json={"deployments": {"id": {"any_": [str(deployment)]}}}).json())


def state(server: httpx.Client, run: UUID) -> str:
    """The state of a run."""
    return str(server.get(f"/flow_runs/{run}").json()["state_type"])


@pytest.mark.promise("What you switch off on")
def test_what_ended_with_its_process_is_begun_again_and_what_came_wakes_a_run(
    server: httpx.Client, working_house: House
) -> None:
    sign_in = working_house.prefect_sign_in
    deployments = run_aside(deployed())
    for _ in range(2):  # again they stay one each, and off where somebody switched them off
        run_aside(put(deployments))
    (off,) = [each for each in server.post("/automations/filter", json={}).json() if "does not begin" in each["name"]]
    server.patch(f"/automations/{off['id']}", json={"enabled": False}).raise_for_status()
    run_aside(put(deployments))
    assert server.get(f"/automations/{off['id']}").json()["enabled"] is False
    server.patch(f"/automations/{off['id']}", json={"enabled": True}).raise_for_status()
    names = [each["name"] for each in server.post("/automations/filter", json={}).json()]
    assert sorted(names) == sorted(each.name for each in made.automations(deployments))
    time.sleep(5)  # Prefect's server looks for new ones now and then

    crashed = run_aside(run_in(deployments["ingest"], Running(), Crashed()))
    stuck = run_aside(run_in(deployments["ingest"]))
    emit_event("fairhand.batch.set-aside", {"prefect.resource.id": "fairhand.batch.monday"}, payload={"files": 1})
    emit_event("fairhand.batch.waiting", {"prefect.resource.id": "fairhand.batch.monday"}, payload={"scans": 1})
    tell_prefect(str(server.base_url).rstrip("/"), sign_in, "fairhand.answers.came", "fairhand.answers")
    until(lambda: state(server, crashed) == "SCHEDULED")
    until(lambda: runs(server, deployments["alerts"]) == 1)
    until(lambda: runs(server, deployments["reconcile"]) == 1)
    until(lambda: runs(server, deployments["shift"]) == 1)
    until(lambda: state(server, stuck) == "SCHEDULED")

    silent = run_aside(run_in(deployments["ingest"], Running()))
    resource = {"prefect.resource.id": f"prefect.flow-run.{silent}"}
    flow = {"prefect.resource.id": "prefect.flow.ours", "prefect.resource.role": "flow"}
    related = [{**flow, "prefect.resource.name": ingest.name}]
    emit_event("prefect.flow-run.heartbeat", resource, related=related)
    until(lambda: state(server, silent) == "SCHEDULED")  # it was set to Crashed, and then begun again
