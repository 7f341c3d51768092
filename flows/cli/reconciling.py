"""The command that weighs what was read."""

from __future__ import annotations

import dataclasses

import typer

from flows import terminal
from flows.cli.app import app, home_of
from transcribe.i18n import counted


@app.command()
def reconcile(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """Weigh what was read since, decide or ask, and publish."""
    from flows.steps import reconcile_to_the_end

    done = reconcile_to_the_end(home_of(ctx))
    if as_json:
        terminal.as_json(dataclasses.asdict(done))
    else:
        terminal.say(
            f"{counted(done.scans, 'scan')} weighed: {counted(done.decided, 'field')} decided, {done.asked} asked of "
            f"people, {counted(done.records, 'record')}."
        )
    for scan, message in done.failed:
        terminal.note(f"fairhand: {scan[:12]}: {message}")
    if done.failed:
        raise typer.Exit(1)
