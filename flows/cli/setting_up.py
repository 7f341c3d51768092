"""Commands that set fairhand up: init and doctor."""

from __future__ import annotations

import dataclasses

import typer

from flows.cli import say
from flows.cli.app import app, settings_of


@app.command()
def init(ctx: typer.Context) -> None:
    """Make the folder of all data: its databases, and a settings file in which everything is explained."""
    from flows import settings as configuration
    from flows.rooms import open_rooms

    settings = settings_of(ctx)
    open_rooms(settings).close()
    file = settings.home / configuration.FILE
    if not file.exists():
        file.write_text(configuration.settings_file(), encoding="utf-8")
    typer.echo(f"{settings.home} is ready; its settings stand in {file}.")


@app.command()
def doctor(ctx: typer.Context, as_json: say.AsJson = False) -> None:
    """Look for what keeps fairhand from working here, and say what mends it."""
    from flows.doctor import CHECKS, examine

    settings = settings_of(ctx)
    findings = list(examine(settings))
    for finding in findings:
        if as_json:
            say.as_json(dataclasses.asdict(finding))
        else:
            typer.echo(f"{finding.check}: {finding.message}\n    mend it: {finding.mend}")
    if not findings and not as_json:
        typer.echo(f"All is well: {', '.join(CHECKS)}.")
    if findings:
        raise typer.Exit(3 if any(finding.machine for finding in findings) else 1)
