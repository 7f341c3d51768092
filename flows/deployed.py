"""The process of `fairhand serve` that runs flows as Prefect's deployments: on schedule, and from Prefect's pages.

The flows are run as they are in memory here. What somebody writes into a deployment on the server is no program that
this process would load.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections import defaultdict
from collections.abc import Collection, Mapping
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
import httpx
import prefect
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.runner import Runner
from prefect.states import Cancelled, Failed, Scheduled

from flows.automations import put_automations
from flows.home import Home, Settings, act_as, keep_private, load_settings, now, open_home
from flows.ingest import CALLERS, ingest
from flows.runtime import SCHEDULE, SHARED_WORD, ended_in_words, set_up_log, tame_run_log
from flows.scheduled import alerts, appeals, backup, hold_schedule, learn, reconcile, retention, shift
from flows.steps import AUTO_FORM
from transcribe.errors import FairhandError

NICENESS = 10
"""Pages come first: what runs here has time. Chosen by hand."""

MAX_TRIES = 3
"""So often a run that ended with the process is begun; one that ends it each time must not do so for ever."""

PAGE_RUNS_COUNT = 200
"""Runs that Prefect's server gives at once."""

FORMS_LOOK_SECONDS = 10.0
"""How often it is looked whether a form was installed. Chosen by hand."""

UNFINISHED = (StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
"""States in which a process that is gone may have left a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A flow, when it runs, with what, and what Prefect's pages say of it.

    `cron` is in UTC, "" for one that runs when asked.
    """

    flow: prefect.Flow[Any, Any]
    cron: str
    description: str
    parameters: Mapping[str, float] = field(default_factory=dict)


DEPLOYMENTS = (
    Deployment(
        flow=ingest,
        cron="",
        description="Take a folder of photographs in: read them, decide or ask. Needs the parameter `folder`.",
    ),
    Deployment(
        flow=shift,
        cron="",
        description="Read the scans that wait to be read. By the clock where FAIRHAND_SHIFT_MINUTES says how often.",
    ),
    Deployment(
        flow=reconcile,
        cron="17 * * * *",
        description="Weigh what was read, decide or ask, publish. `fairhand serve` does it after each reading besides.",
    ),
    Deployment(
        flow=learn,
        cron="30 2 * * *",
        description="Learn how far each source is to be trusted; in force where known truths do not speak against it.",
    ),
    Deployment(
        flow=retention,
        cron="10 3 * * *",
        description="Forget every scan that was kept longer than its form says (retention_days). Promised to people.",
    ),
    Deployment(
        flow=appeals,
        cron="40 * * * *",
        description="Close appeals that an expert has heard, and those that nobody heard by their day.",
    ),
    Deployment(
        flow=backup,
        cron="45 1 * * *",
        description="Back the home up into the folder of the settings (FAIRHAND_BACKUPS), where one is named.",
    ),
    Deployment(
        flow=alerts,
        cron="5,35 * * * *",
        description="Tell the addresses of the settings (FAIRHAND_ALERTS) what is wrong, each thing once a day.",
    ),
)
"""What `fairhand serve` registers with its Prefect."""


def deployments_of(settings: Settings) -> list[Deployment]:
    """What is registered for a home: shifts run by the clock where its settings say how often."""
    minutes = settings.shift_minutes
    cron, parameters = f"*/{minutes} * * * *", {"minutes": float(minutes)}
    return [
        replace(each, cron=cron, parameters=parameters) if each.flow is shift and minutes else each
        for each in DEPLOYMENTS
    ]


class _Runner(Runner):
    """Prefect's runner, but told to end it ends at once with all runs: they are begun again with the next start.

    Left to itself it would have them cancelled for good.
    """

    def handle_sigterm(self, *_: object, **__: object) -> None:
        end_at_once()


def end_at_once() -> None:
    """End this process and its runs. They are begun again with the next start, or by another machine."""
    os.killpg(0, signal.SIGKILL)


async def run_deployments(home: Home) -> None:
    """Register a home's deployments, take up what was missed, and run what is due until told to end.

    What is due is asked every 10 s, or as Prefect's own setting PREFECT_RUNNER_POLL_FREQUENCY says.
    Registered again they stay one each. One that somebody paused on Prefect's pages stays paused.
    """
    runner = _Runner(name="fairhand", pause_on_shutdown=False)
    async with get_client() as client:
        ids, ours = {}, []
        for each in deployments_of(home.settings):
            ids[each.flow.name], is_ours = await _registered(runner, client, each)
            ours += [ids[each.flow.name]] if is_ours else []
        await put_automations(client, ids)
        await take_up_missed(client, ours, now())
        async with anyio.create_task_group() as group:
            group.start_soon(_keep_forms, client, ids[ingest.name], home)
            await runner.start()
            group.cancel_scope.cancel()


async def _keep_forms(client: PrefectClient, deployment: UUID, home: Home) -> None:
    """Have the parameter `form` of a deployment be a choice of the forms that are there, whenever one is installed."""
    offered: tuple[str, ...] = ()
    while True:
        names = (AUTO_FORM, *home.forms.names())
        with suppress(httpx.HTTPError):  # whoever needs Prefect's server says that it is away
            if names != offered:
                schema = (await client.read_deployment(deployment)).parameter_openapi_schema or {}
                schema["properties"]["form"]["enum"] = list(names)
                update = DeploymentUpdate.model_validate({"parameter_openapi_schema": schema})
                await client.update_deployment(deployment, update)
                offered = names
        await anyio.sleep(FORMS_LOOK_SECONDS)


async def _registered(runner: Runner, client: PrefectClient, deployment: Deployment) -> tuple[UUID, bool]:
    """Register a deployment as it is here, but paused where it was: left to itself Prefect would resume it.

    Gives its id, and whether it is run here: one that workers of a pool have stays theirs.
    """
    name, paused = deployment.flow.name, False
    with suppress(ObjectNotFound):
        known = await client.read_deployment_by_name(f"{name}/{name}")
        if known.work_pool_name:
            return known.id, False
        paused = known.paused
    added = await runner.aadd_flow(
        deployment.flow,
        name=name,
        cron=deployment.cron or None,
        parameters=dict(deployment.parameters),
        description=deployment.description,
        tags=["fairhand"],
        paused=paused,
    )
    return added, True


async def take_up_missed(client: PrefectClient, deployments: Collection[UUID], at: datetime) -> None:
    """Of each deployment have at most one run that was missed by `at`, or ended with the process, run now.

    Runs that somebody asked for are no missed ones: each is run. What a process of ours runs itself is left to it.
    """
    missed: dict[UUID | None, list[FlowRun]] = defaultdict(list)
    for run in await _unfinished(client, deployments):
        if set(CALLERS) & set(run.tags) and run.state_type is not StateType.SCHEDULED:
            continue
        if run.state_type is StateType.SCHEDULED:
            due = run.next_scheduled_start_time or run.expected_start_time
            if run.auto_scheduled and due is not None and due <= at:
                missed[run.deployment_id].append(run)
        elif run.state_type is StateType.CANCELLING:
            await client.set_flow_run_state(run.id, Cancelled(), force=True)
        elif run.run_count >= MAX_TRIES:
            message = f"It ended with fairhand serve {run.run_count} times, and is not begun again."
            await client.set_flow_run_state(run.id, Failed(message=message), force=True)
        else:
            await client.set_flow_run_state(run.id, Scheduled(scheduled_time=at, name="Begun again"), force=True)
            missed[run.deployment_id] += [run] if run.auto_scheduled else []
    for runs in missed.values():
        kept = max(runs, key=lambda run: (run.state_type is not StateType.SCHEDULED, run.expected_start_time or at))
        for run in runs:
            if run is not kept:
                await client.delete_flow_run(run.id)


async def _unfinished(client: PrefectClient, deployments: Collection[UUID]) -> list[FlowRun]:
    """The runs of these deployments that have begun and not ended, or are to begin, all pages of them."""
    wanted = FlowRunFilter.model_validate(
        {"deployment_id": {"any_": list(deployments)}, "state": {"type": {"any_": UNFINISHED}}}
    )
    found: list[FlowRun] = []
    while True:
        page = await client.read_flow_runs(
            flow_run_filter=wanted, sort=FlowRunSort.ID_DESC, limit=PAGE_RUNS_COUNT, offset=len(found)
        )
        found += page
        if len(page) < PAGE_RUNS_COUNT:
            return found


def is_away(error: Exception) -> bool:
    """Whether an error says that Prefect's server does not answer, by itself or as all of a group.

    RuntimeError is Prefect's own word for many an HTTPError.
    """
    if isinstance(error, ExceptionGroup):
        return all(map(is_away, error.exceptions))
    return isinstance(error, httpx.HTTPError | RuntimeError)


if __name__ == "__main__":
    os.nice(NICENESS)
    keep_private()
    act_as(SCHEDULE)
    with ended_in_words():
        settings = load_settings()
        set_up_log(settings)
        tame_run_log()
        home, is_shared, held = open_home(settings), SHARED_WORD in sys.argv, threading.Event()
        lost = end_at_once if is_shared else lambda: None
        threading.Thread(target=hold_schedule, args=(home, threading.Event(), held, lost), daemon=True).start()
        if is_shared:  # one machine at a time runs what the Prefect of all of them has
            held.wait()
        try:  # Prefect prints the traceback of each lost connection; what it means is said once, below
            with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
                asyncio.run(run_deployments(home))
        except Exception as error:
            if not is_away(error):
                raise
            raise FairhandError(f"Prefect's server does not answer ({type(error).__name__}).") from error
