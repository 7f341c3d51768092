"""What `fairhand reconcile FILE` does: other people's readings in, one line an item out."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows import terminal

if TYPE_CHECKING:
    from transcribe.model import Form


def reconcile_file(
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
        typer.echo(f"{len(done.lines)} items written to {out}; {asked} are worth one more reading.")
    if report is not None and done.reconciled is not None:
        from flows.output import report_of

        report.write_text(report_of(done.reconciled, title=file.name), encoding="utf-8")
        typer.echo(f"The report stands in {report}.")
    for fault in done.faults:
        terminal.note(f"fairhand: {file}, line {fault.line}: {fault.message}")
    if done.faults:
        raise typer.Exit(1)
