"""The command that takes files in."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, settings_of

if TYPE_CHECKING:
    from flows.ingest import Ingested


@app.command()
def ingest(
    ctx: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(help="Files and folders: JPEG, PNG, TIFF, HEIF, PDF.", metavar="PATH...")
    ],
    form: Annotated[str, typer.Option(help="The name of a form, the path of its definition, or auto: find out which.")],
    batch: Annotated[str, typer.Option(help="A name for these files together; else the time.")] = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Take files in, have machines read them, decide or ask people. The same files again change nothing."""
    from flows.administration import require_fair_start
    from flows.home import open_home
    from flows.runtime import prefect_for
    from flows.steps import AUTO_FORM, forms_of
    from transcribe.intake import passed_over, shown_path, unreached

    settings = settings_of(ctx)
    terminal.require_existing(paths)
    home = open_home(settings)
    for name in (form,) if form != AUTO_FORM else home.forms.names():
        home.use_form(name)  # what is wrong with a form is said before anything begins
    require_fair_start(home, forms_of(home, form))
    with prefect_for(settings):
        from flows.ingest import ingest_batch

        batch = batch or datetime.now(UTC).strftime("%Y-%m-%d %H.%M.%S")
        with terminal.progress("reading") as progress:
            done = ingest_batch(settings.home, paths, form, batch, settings.cores, progress)
    again = {state.scan.name: state.advice for state in home.store.scan_states(batch)[::-1] if state.advice}
    others = [shown_path(path) for path in passed_over(paths, own_folders=settings.picture_folders)]
    missed = [(shown_path(each.path), each.reason) for each in unreached(paths, own_folders=settings.picture_folders)]
    if as_json:
        more = {"passed_over": others, "unreached": missed, "again": again}
        terminal.as_json({**dataclasses.asdict(done), "changed": done.changed, **more})
    else:
        _print(done, others, missed)
        for scan, codes in again.items():
            terminal.say(f"{terminal.one_line(scan)}: {terminal.photo_advice(codes, settings.spoken_language)}")
    if done.set_aside or done.failed or done.without or missed:
        raise typer.Exit(1)


def _print(done: Ingested, others: Sequence[str], missed: Sequence[tuple[str, str]]) -> None:
    if not done.files:
        terminal.say(f"{terminal.NO_PICTURE_MESSAGE}; nothing has changed.")
    elif done.changed or not done.scans:
        terminal.say(f"{done.scans} scans in {done.files} files: {done.read} read, {done.known} known already.")
    else:
        terminal.say(f"All {done.known} scans are known already; nothing has changed.")
    if done.forgotten:
        terminal.say(
            f"{done.forgotten} of them were forgotten, and are not taken in again: what is erased stays erased."
        )
    if done.healed:
        terminal.say(
            f"Pictures of {done.healed} known scans were lost or damaged in the archive; they were kept again."
        )
    if done.unidentified:
        terminal.say(f"{done.unidentified} of an unknown form wait for a person to say which it is.")
    for what, listed in (("set aside", done.set_aside), ("failed", done.failed)):
        for name, message in listed:
            terminal.say(f"{what}: {terminal.with_file(name, message)}")
    for name, engine in done.without:
        terminal.say(
            f"{terminal.one_line(name)}: {engine} failed on it; the other engines read it, and people are asked."
        )
    for folder, reason in missed:
        terminal.say(terminal.unreached_message(folder, reason))
    if others:
        terminal.say(terminal.passed_over_message(others))
