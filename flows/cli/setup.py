"""Commands that set fairhand up: init and doctor."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of, settings_of
from transcribe.errors import SettingsError

if TYPE_CHECKING:
    from flows.administration import EngineState
    from flows.home import Settings
    from flows.house import FoundPart

LOST_WITH_KEY = """state.key is new and everything opens again. Scans, readings, pay and people are as they were.
Lost with the old key is:
- the proof of what was written until now: fairhand log verify finds the log and every seal broken from the first.
  Check pay against what you exported before, and keep a copy of state.db as it is today.
- scans that state.erased alone knows as forgotten, where an older state was put back: forget them again if they come.
- that something sent or read before is known again by its hash: a reading sent once more is an unpaid correction, and
  a scan that machines read again has their readings once more.
Put the new state.key into your backup now, apart from the databases."""
"""What is said where a new key was made: all that the old one was for."""


@app.command()
def init(
    ctx: typer.Context,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="state.key is lost for good: make another, and say what is lost with it.")
    ] = False,
) -> None:
    """Make the folder of all data: the state, a key, forms, and a settings file in which everything is explained."""
    from flows.home import SETTINGS_FILE, now, open_home, settings_file
    from transcribe.store import renew_key

    settings = settings_of(ctx)
    if new_key:
        if settings.state_url:
            raise SettingsError("A state in PostgreSQL gets no new key: put state.key back from one of its homes.")
        renew_key(settings.state, now())
        typer.echo(LOST_WITH_KEY)
        return
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
    from flows.administration import checks, engines, examine, examine_deeply
    from flows.home import has_state, state_place
    from flows.house import found_parts

    settings = settings_of(ctx)
    is_made = has_state(settings)
    states, findings = list(engines(settings)), list(examine(settings))
    findings += examine_deeply(settings) if deep else ()
    if as_json:
        terminal.as_json(
            *(dataclasses.asdict(state) for state in states),
            *(_part_json(part, settings) for part in found_parts()),
            *(dataclasses.asdict(finding) for finding in findings),
        )
    else:
        for state in states:
            terminal.say(_engine_in_words(state))
        for part in found_parts():
            off = " (switched off)" if part.name in settings.parts_off else ""
            terminal.say(f"part {part.name}{off}: {part.problem or f'{part.distribution} {part.version}'}")
        if settings.state_url:
            terminal.say(f"The state is in {state_place(settings)}.")
        if not is_made:
            terminal.say(f"{settings.home} holds no home: only this machine was looked at. fairhand init makes one.")
        for finding in findings:
            terminal.say(f"{finding.check}: {finding.message}\n    mend it: {finding.mend}")
        if not findings:
            more = ("pictures", "triggers", "key") if deep and is_made else ()
            terminal.say(f"All is well: {', '.join((*checks(settings), *more))}.")
    wrong = [finding for finding in findings if not finding.warning]
    if wrong:
        raise typer.Exit(3 if any(finding.machine for finding in wrong) else 1)


@app.command()
def prune(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them; else they are only listed.")] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """List the files of the archive that no scan names, a day old or more; with --yes remove them."""
    from flows.administration import orphaned_files, remove_orphans
    from flows.home import now

    home = home_of(ctx)
    names = remove_orphans(home, now()) if yes else list(orphaned_files(home, now()))
    if as_json:
        terminal.as_json({"removed" if yes else "orphans": names})
        return
    for name in names:
        typer.echo(name)
    if not names:
        typer.echo("Every file of the archive that is older than a day is of a scan.")
    elif yes:
        typer.echo(f"{len(names)} files removed.")
    else:
        typer.echo(
            f"{len(names)} files are of no scan. Put state.db back from a backup first if scans are missing; "
            "fairhand prune --yes removes the files for good."
        )


def _part_json(part: FoundPart, settings: Settings) -> dict[str, str | bool]:
    told = {"part": part.name, "distribution": part.distribution, "version": part.version, "problem": part.problem}
    return {**told, "used": not part.problem and part.name not in settings.parts_off}


def _engine_in_words(state: EngineState) -> str:
    readings = ", ".join(state.sources) or state.problem
    languages = f"; languages: {', '.join(state.languages)}" if state.languages else ""
    return f"engine {state.engine}{'' if state.used else ' (not in use)'}: {readings}{languages}"
