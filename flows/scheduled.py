"""The flows that run on a schedule, reconcile and retention among them, and shifts. They call plain functions."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import prefect
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.states import Completed, Failed

from flows.administration import keep_retention, refresh_quality
from flows.alerts import send_alerts
from flows.backup import log_backup, make_backup
from flows.home import Home, act_as, home_at, load_settings, now
from flows.runtime import SCHEDULE, tame_run_log
from flows.shifts import work_shift
from flows.steps import close_appeals, in_counts, learn_home, reconcile_home
from transcribe.errors import FairhandError

SCHEDULE_LOOK_SECONDS = 5.0
"""How often it is looked whether another machine has the schedule, or this one has it still. Chosen by hand."""

KEPT_BACKUPS_COUNT = 30
"""Backups that stay, about a month of nights. Chosen by hand."""


@prefect.flow(name="reconcile", log_prints=False)
def reconcile(home: str = "") -> dict[str, Any]:
    """Weigh what was read since, decide or ask, and publish. Two at once do no harm.

    Args:
        home: The folder of all data; empty: that of the `fairhand serve` beside.
    """
    return asdict(reconcile_home(_home(home)))


@prefect.flow(name="shift", log_prints=False)
def shift(minutes: float = 0.0, home: str = "") -> State[dict[str, int]]:
    """Read scans that wait to be read until none is left. Any number may run at once, on several machines.

    Args:
        minutes: So long at most; 0: without an end.
        home: The folder of all data; empty: that of the `fairhand serve` beside.
    """
    opened = _home(home)
    done = work_shift(opened, opened.settings.cores, seconds=60 * minutes if minutes else None)
    name = in_counts(done.counts)
    _tell("shift", **{what.replace(" ", "_"): count for what, count in done.counts.items()})
    return Completed(
        name=name or "Nothing to read", message=f"{done.left} scans are left to be read.", data=done.counts
    )


@prefect.flow(name="learn", log_prints=False)
def learn(home: str = "") -> dict[str, Any] | State[dict[str, int]]:
    """Learn from what was decided, where known truths bear it out; an artifact says what became of it.

    Prefect keeps the artifact, so it names no person or file.

    Args:
        home: The folder of all data; empty: that of the `fairhand serve` beside.
    """
    opened = _home(home)
    if elsewhere := _elsewhere(opened):
        return elsewhere
    learnt = learn_home(opened, by=SCHEDULE, handles=False)
    refresh_quality(opened)
    kept = "came into force" if learnt.came_into_force else "stays in force"
    lines = [f"Parameters version {learnt.version} {kept}: {learnt.verdict}. {learnt.scans} scans.", ""]
    lines += [f"- {change}" for change in learnt.changes] or ["Nothing changed."]
    lines += ["", f"Known truths: {learnt.truths}, by audits: {learnt.audited}.", ""]
    lines += [f"- {rate}" for rate in learnt.rates]
    again = "are asked again" if learnt.came_into_force else "would have been asked again"
    lines += ["", f"Decided fields that {again}: {len(learnt.reopened)}."] if learnt.reopened else []
    lines += ["", f"Decided fields that come out otherwise: {len(learnt.otherwise)}."] if learnt.otherwise else []
    create_markdown_artifact(key="learnt", markdown="\n".join(lines))
    _tell("learn", version=learnt.version, came_into_force=learnt.came_into_force)
    return {
        "version": learnt.version,
        "verdict": learnt.verdict,
        "came_into_force": learnt.came_into_force,
        "scans": learnt.scans,
        "truths": learnt.truths,
        "audited": learnt.audited,
    }


@prefect.flow(name="retention", log_prints=False)
def retention(home: str = "") -> State[dict[str, int]]:
    """Forget every scan that was kept longer than its form says.

    It fails where a scan could not be forgotten. What a program that reads keeps in the files goes with a later round.

    Args:
        home: The folder of all data; empty: that of the `fairhand serve` beside.
    """
    opened = _home(home)
    if elsewhere := _elsewhere(opened):
        return elsewhere
    done = keep_retention(opened)
    counts = {"forgotten": len(done.forgotten), "failed": len(done.failed)}
    _tell("retention", **counts, finished=not done.unfinished)
    message = f"{len(done.forgotten)} scans were kept long enough and are forgotten. {done.unfinished}".strip()
    if done.failed:
        reasons = "; ".join(f"{scan[:12]}: {reason}" for scan, reason in done.failed)
        return Failed(name=f"{len(done.failed)} not forgotten", message=f"{message} {reasons}", data=counts)
    name = f"{len(done.forgotten)} forgotten" if done.forgotten else "Nothing to forget"
    return Completed(name="Erasure not finished" if done.unfinished else name, message=message, data=counts)


@prefect.flow(name="appeals", log_prints=False)
def appeals(home: str = "") -> State[dict[str, int]]:
    """Close the appeals that an expert has heard, and tell people whose appeal nobody heard by its day.

    Args:
        home: The folder of all data; empty: that of the `fairhand serve` beside.
    """
    opened = _home(home)
    if elsewhere := _elsewhere(opened):
        return elsewhere
    closed = asdict(close_appeals(opened.store, opened.forms, now()))
    counts = {**closed, "open": len(opened.store.appeals(open_only=True))}
    _tell("appeals", **counts)
    name = f"{closed['late']} heard by nobody in time" if closed["late"] else "Completed"
    message = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in counts.items())
    return Completed(name=name, message=message, data=counts)


@prefect.flow(name="backup", log_prints=False)
def backup(home: str = "") -> State[dict[str, int]]:
    """Back the home up into the folder of the settings, where one is named, and remove what is too old.

    What was forgotten stays in older backups: they must not be kept for ever.

    Args:
        home: The folder of all data; empty: that of the `fairhand serve` beside.
    """
    opened = _home(home)
    settings = opened.settings
    if elsewhere := _elsewhere(opened):
        return elsewhere
    if not settings.backups:
        return Completed(name="No folder is set", message="Set FAIRHAND_BACKUPS to a folder on another disk.", data={})
    made = make_backup(settings, Path(settings.backups), now(), KEPT_BACKUPS_COUNT)
    log_backup(opened.store, made, now())
    counts = {"new_files": made.new_files, "lost": len(made.backup.manifest.lost)}
    _tell("backup", **counts)
    name = f"{counts['lost']} pictures are lost" if counts["lost"] else "Completed"
    beside = " It lies on the disk of the home: what takes the disk takes both." if made.is_beside_home else ""
    return Completed(name=name, message=f"{made.new_files} files are new in it.{beside}", data=counts)


@prefect.flow(name="alerts", log_prints=False)
def alerts(home: str = "") -> State[dict[str, int]]:
    """Tell the addresses of the settings what is wrong: each thing once a day, and that it is over.

    Args:
        home: The folder of all data; empty: that of the `fairhand serve` beside.
    """
    opened = _home(home)
    if elsewhere := _elsewhere(opened):
        return elsewhere
    sent = send_alerts(opened, now())
    counts = {"new": len(sent.news.alerts), "over": len(sent.news.over), "addresses": sent.addresses}
    message = f"{counts['new']} new, {counts['over']} over, told to {sent.addresses - len(sent.failed)} addresses."
    if sent.failed:
        message += f" Not taken by {', '.join(sent.failed)}."
        return Failed(name=f"{len(sent.failed)} addresses failed", message=message, data=counts)
    name = f"{counts['new']} told" if counts["new"] and sent.addresses else "Nothing to tell"
    return Completed(name=name, message=message, data=counts)


def hold_schedule(
    home: Home, stopping: threading.Event, held: threading.Event, lost: Callable[[], object] = lambda: None
) -> None:
    """Be the machine that does what is to be done once, as soon as no other one is.

    `held` is set then. `lost` is called where another machine has become it since.
    """
    while not stopping.is_set():
        with suppress(FairhandError):  # a database that is away is said by who needs it
            if lock := home.store.take_lock(SCHEDULE):
                with lock:
                    held.set()
                    while lock.is_held and not stopping.wait(SCHEDULE_LOOK_SECONDS):
                        pass
            elif held.is_set():
                lost()
        stopping.wait(SCHEDULE_LOOK_SECONDS)


def _elsewhere(home: Home) -> State[dict[str, int]] | None:
    """What a run says where another machine has the schedule; None where it is ours, or nobody's."""
    holder = home.store.held_elsewhere(SCHEDULE)
    if not holder:
        return None
    return Completed(name="Another machine does it", message=f"The schedule is that of {holder}.", data={})


def _home(home: str) -> Home:
    act_as(SCHEDULE)
    tame_run_log()
    return home_at(home or str(load_settings().home))


def _tell(what: str, **counts: int) -> None:
    """Tell Prefect's automations what a flow did, in counts alone."""
    emit_event(f"fairhand.{what}.finished", {"prefect.resource.id": f"fairhand.{what}"}, payload=counts)
