"""The flows that a deployment runs on a schedule: reconcile, and learn. What they do stands in plain functions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import prefect
from prefect.artifacts import create_markdown_artifact

from flows.home import home_at, load_settings
from flows.steps import learn_home, reconcile_home


@prefect.flow(name="reconcile", log_prints=False)
def reconcile(home: str = "") -> dict[str, Any]:
    """Weigh what was read since, decide or ask, and publish. Two at once do no harm."""
    return asdict(reconcile_home(home_at(home or str(load_settings().home))))


@prefect.flow(name="learn", log_prints=False)
def learn(home: str = "") -> dict[str, Any]:
    """Learn from what was decided; an artifact says what changed. Prefect keeps it, so it names no person or file."""
    learnt = learn_home(home_at(home or str(load_settings().home)), handles=False)
    lines = [f"Parameters version {learnt.version}, learnt from {learnt.scans} scans.", ""]
    lines += [f"- {change}" for change in learnt.changes] or ["Nothing changed."]
    lines += ["", f"Known truths: {learnt.truths}, by audits: {learnt.audited}.", ""]
    lines += [f"- {rate}" for rate in learnt.rates]
    lines += ["", f"Decided fields that are asked again: {len(learnt.reopened)}."] if learnt.reopened else []
    create_markdown_artifact(key="learnt", markdown="\n".join(lines))
    return {"version": learnt.version, "scans": learnt.scans, "truths": learnt.truths, "audited": learnt.audited}
