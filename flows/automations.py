"""Prefect's automations of a home: they begin again what ended with its process, and wake runs when something came.

Each only wakes: what is to be done a run finds in our own store, as it does without Prefect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.events.actions import ActionTypes, ChangeFlowRunState, RunDeployment
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound

SILENT_TIME = timedelta(minutes=3)
"""A run that sends no heartbeat for so long has lost its process; one comes each half minute. Chosen by hand."""

PENDING_TIME = timedelta(minutes=10)
"""A run that is to begin and has not for so long is begun again: a program starts in seconds. Chosen by hand."""

SHIFT_TIME = timedelta(minutes=15)
"""Scans that wait for a shift for so long have one begun. Chosen by hand."""

TOGETHER_TIME = timedelta(minutes=1)
"""What is told several times in this time wakes one run. Chosen by hand."""

ENDED = frozenset(f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Crashed", "Cancelled"))
"""The events of a run that has ended."""


def automations(deployments: Mapping[str, UUID]) -> Iterator[AutomationCore]:
    """The automations of these deployments, by the names of their flows."""
    runs = {
        "match": {"prefect.resource.id": "prefect.flow-run.*"},
        "match_related": {"prefect.resource.role": "flow", "prefect.resource.name": ["ingest", "shift"]},
        "for_each": {"prefect.resource.id"},
    }
    retry = {"state": "SCHEDULED", "name": "AwaitingRetry", "message": "It reads what is unread."}
    again = ChangeFlowRunState.model_validate(retry)
    gone = ChangeFlowRunState.model_validate({"state": "CRASHED", "message": "Its process sends no sign of life."})
    beat = "prefect.flow-run.heartbeat"
    yield _automation("a run has lost its process", gone, _missing({beat}, {beat, *ENDED}, SILENT_TIME, runs))
    yield _automation(
        "a run crashed", again, EventTrigger.model_validate({"expect": ["prefect.flow-run.Crashed"], **runs})
    )
    begun = {"prefect.flow-run.Running", *ENDED}
    yield _automation("a run does not begin", again, _missing({"prefect.flow-run.Pending"}, begun, PENDING_TIME, runs))
    for flow, what, trigger in (
        ("alerts", "files were set aside", _came("fairhand.batch.set-aside", "fairhand.batch.failed")),
        ("reconcile", "answers came", _came("fairhand.answers.came")),
        (
            "shift",
            "scans wait for a shift",
            _missing({"fairhand.batch.waiting"}, {"fairhand.shift.finished"}, SHIFT_TIME, {}),
        ),
    ):
        if flow in deployments:
            yield _automation(what, RunDeployment.model_validate({"deployment_id": deployments[flow]}), trigger)


def _automation(when: str, action: ActionTypes, trigger: EventTrigger) -> AutomationCore:
    plain = AutomationCore(name=f"fairhand: {when}", trigger=trigger, actions=[action])
    return AutomationCore.model_validate(
        plain.model_dump(exclude={"owner_resource"})
    )  # Prefect sends what was set: all of it


def _came(*events: str) -> EventTrigger:
    """One of these events came; several close together count once."""
    return EventTrigger(expect=set(events), posture=Posture.Reactive, threshold=1, within=TOGETHER_TIME)


def _missing(after: set[str], expect: set[str], within: timedelta, of: Mapping[str, object]) -> EventTrigger:
    """After one of these events none of the expected ones came in this time."""
    told = {"after": after, "expect": expect, "within": within, "posture": Posture.Proactive, "threshold": 1}
    return EventTrigger.model_validate({**told, **of})


async def put_automations(client: PrefectClient, deployments: Mapping[str, UUID]) -> None:
    """Have Prefect's server know these automations; those that it has by their names are brought up to date."""
    for each in automations(deployments):
        known = await client.read_automations_by_name(each.name)
        if known:
            await client.update_automation(known[0].id, each.model_copy(update={"enabled": known[0].enabled}))
        else:
            await client.create_automation(each)


async def _put_for_all() -> None:
    """Make the automations of the deployments that Prefect's server has."""
    async with get_client() as client:
        found = {}
        for flow in ("alerts", "reconcile", "shift"):
            try:
                found[flow] = (await client.read_deployment_by_name(f"{flow}/{flow}")).id
            except ObjectNotFound:
                continue
        await put_automations(client, found)


if __name__ == "__main__":
    asyncio.run(_put_for_all())
