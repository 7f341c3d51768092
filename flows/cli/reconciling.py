"""The command that weighs what was read."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of
from transcribe.i18n import counted


@app.command()
def reconcile(
    ctx: typer.Context,
    anew: Annotated[bool, typer.Option("--anew", help="Also what has a record, as after an upgrade.")] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """Weigh what was read since, decide or ask, and publish.

    With --anew records say what today's rules find in them (exceptions that there were none of before), in a new
    version where anything is another. A value that is less sure by today's rules stands, and is asked once more.
    """
    from flows.home import now
    from flows.steps import reconcile_to_the_end

    home = home_of(ctx)
    if anew:
        home.store.wake([each.scan.id for each in home.store.scan_states() if each.recorded_at], now())
    done = reconcile_to_the_end(home)
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
