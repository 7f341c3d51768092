"""Commands that set fairhand up: init and doctor."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, settings_of

if TYPE_CHECKING:
    from flows.administration import EngineState


@app.command()
def init(ctx: typer.Context) -> None:
    """Make the folder of all data: its databases, and a settings file in which everything is explained."""
    from flows.home import SETTINGS_FILE, open_home, settings_file

    settings = settings_of(ctx)
    open_home(settings).close()
    file = settings.home / SETTINGS_FILE
    if not file.exists():
        file.write_text(settings_file(), encoding="utf-8")
    terminal.say(f"{settings.home} is ready; its settings stand in {file}.")


@app.command()
def doctor(
    ctx: typer.Context,
    as_json: terminal.AsJson = False,
    deep: Annotated[bool, typer.Option("--deep", help="Also read every picture and both databases whole.")] = False,
) -> None:
    """Look for what keeps fairhand from working here, and say what mends it."""
    from flows.administration import CHECKS, engines, examine, examine_deeply

    settings = settings_of(ctx)
    states, findings = list(engines(settings)), list(examine(settings))
    findings += examine_deeply(settings) if deep else ()
    if as_json:
        terminal.as_json(
            *(dataclasses.asdict(state) for state in states), *(dataclasses.asdict(finding) for finding in findings)
        )
    else:
        for state in states:
            terminal.say(_engine_in_words(state))
        for finding in findings:
            terminal.say(f"{finding.check}: {finding.message}\n    mend it: {finding.mend}")
        if not findings:
            more = ("archive", "records", "triggers", "key") if deep else ()
            terminal.say(f"All is well: {', '.join((*CHECKS, *more))}.")
    wrong = [finding for finding in findings if not finding.warning]
    if wrong:
        raise typer.Exit(3 if any(finding.machine for finding in wrong) else 1)


def _engine_in_words(state: EngineState) -> str:
    readings = ", ".join(state.sources) or state.problem
    languages = f"; languages: {', '.join(state.languages)}" if state.languages else ""
    return f"engine {state.engine}{'' if state.used else ' (not in use)'}: {readings}{languages}"
