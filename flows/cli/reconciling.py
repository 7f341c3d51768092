"""Commands that decide: reconcile, publish."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, form_library, home_of
from transcribe.i18n import counted, plural

if TYPE_CHECKING:
    from transcribe.model import Form


@app.command()
def reconcile(
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="A file of other people's readings; without it the store's scans.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(callback=terminal.writable, help="Where to write a file's lines: .jsonl or .csv; else stdout."),
    ] = None,
    form: Annotated[str | None, typer.Option(help="The form whose types and rules a file's fields have.")] = None,
    layout: Annotated[
        str | None,
        typer.Option(
            "--from", help="jsonl, crowdkit, zooniverse, notes_from_nature or label_studio; else by its look."
        ),
    ] = None,
    target: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Less probable items of a file are worth one more reading.")
    ] = 0.95,
    report: Annotated[
        Path | None,
        typer.Option(callback=terminal.writable, help="Write an HTML page on a file's agreement and sources."),
    ] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Weigh what was read since, decide or ask, and publish; or reconcile a file of other people's readings."""
    if file is not None:
        used_form = form_library(ctx).find(form) if form else None
        _reconcile_file(file, out=out, form=used_form, layout=layout, target=target, report=report)
        return
    if any(given is not None for given in (out, form, layout, report)):
        raise typer.BadParameter("--out, --form, --from and --report go with a FILE of readings; name it.")
    _reconcile_store(ctx, as_json=as_json)


def _reconcile_file(
    file: Path, *, out: Path | None, form: Form | None, layout: str | None, target: float, report: Path | None
) -> None:
    """Reconcile a file, write or print its lines, say what could not be used; exit code 1 where anything was not."""
    from flows.standalone import reconcile_collection, write_reconciled

    if not file.is_file():
        raise typer.BadParameter(f"{file} is no file. Give a file of readings, or no file to reconcile the store.")
    if report is not None and form is not None:
        raise typer.BadParameter("--report tells of a collection without a form; leave --form or --report out.")
    done = reconcile_collection(file, form=form, layout=layout, target=target)
    if out is None:
        terminal.as_json(*(dataclasses.asdict(line) for line in done.lines))
    else:
        write_reconciled(done.lines, out)
        asked = sum(line.ask for line in done.lines)
        terminal.say(f"{len(done.lines)} items written to {out}; {asked} are worth one more reading.")
    if report is not None and done.reconciled is not None:
        from flows.output import report_of

        report.write_text(report_of(done.reconciled, title=file.name), encoding="utf-8")
        terminal.say(f"The report stands in {report}.")
    for fault in done.faults:
        terminal.note(f"fairhand: {file}, line {fault.line}: {fault.message}")
    if done.faults:
        raise typer.Exit(1)


def _reconcile_store(ctx: typer.Context, *, as_json: bool) -> None:
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


@app.command()
def publish(
    ctx: typer.Context,
    as_json: terminal.AsJson = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make records.db anew from the state.")] = False,
    provisional: Annotated[
        bool, typer.Option("--provisional", help="Also orders that nobody who is there can finish, marked as such.")
    ] = False,
) -> None:
    """Bring records.db up to date."""
    from flows.steps import held_forms, keep_provisional, publish_records, rebuild_records

    home = home_of(ctx)
    unfinished = keep_provisional(home) if provisional else 0
    count = rebuild_records(home) if rebuild else publish_records(home)
    held = held_forms(home.settings)
    if as_json:
        numbers = {"entries": count, "provisional": unfinished}
        terminal.as_json({**numbers, "records_db": str(home.settings.records), "held_forms": held})
    else:
        terminal.say(f"{counted(count, 'change')} published to {home.settings.records}.")
        if provisional:
            one, many = "{n} of them is provisional", "{n} of them are provisional"
            terminal.say(
                f"{plural(unfinished, one, many)}: nobody who is there can finish what is open of such orders."
            )
    for told in held:
        terminal.note(f"fairhand: {told}")
    if held:
        raise typer.Exit(1)
