"""The flows that a deployment runs on a schedule: reconcile, and learn. What they do stands in plain functions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import prefect
from prefect.artifacts import create_markdown_artifact

from flows.home import home_at, load_settings
from flows.steps import learn_home, reconcile_home

SCHEDULE = "schedule"
"""Who has it learnt, as the log says."""


@prefect.flow(name="reconcile", log_prints=False)
def reconcile(home: str = "") -> dict[str, Any]:
    """Weigh what was read since, decide or ask, and publish. Two at once do no harm."""
    return asdict(reconcile_home(home_at(home or str(load_settings().home))))


@prefect.flow(name="learn", log_prints=False)
def learn(home: str = "") -> dict[str, Any]:
    """Learn from what was decided, where known truths bear it out; an artifact says what became of it.

    Prefect keeps the artifact, so it names no person or file.
    """
    learnt = learn_home(home_at(home or str(load_settings().home)), by=SCHEDULE, handles=False)
    kept = "came into force" if learnt.came_into_force else "stays in force"
    lines = [f"Parameters version {learnt.version} {kept}: {learnt.verdict}. {learnt.scans} scans.", ""]
    lines += [f"- {change}" for change in learnt.changes] or ["Nothing changed."]
    lines += ["", f"Known truths: {learnt.truths}, by audits: {learnt.audited}.", ""]
    lines += [f"- {rate}" for rate in learnt.rates]
    again = "are asked again" if learnt.came_into_force else "would have been asked again"
    lines += ["", f"Decided fields that {again}: {len(learnt.reopened)}."] if learnt.reopened else []
    lines += ["", f"Decided fields that come out otherwise: {len(learnt.otherwise)}."] if learnt.otherwise else []
    create_markdown_artifact(key="learnt", markdown="\n".join(lines))
    return {
        "version": learnt.version,
        "verdict": learnt.verdict,
        "came_into_force": learnt.came_into_force,
        "scans": learnt.scans,
        "truths": learnt.truths,
        "audited": learnt.audited,
    }
