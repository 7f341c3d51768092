"""The command about readings that others collected: reconcile a file of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from transcribe.whole_files import write_whole

if TYPE_CHECKING:
    from transcribe.model import Form

DEFAULT_TARGET = 0.95
"""The probability from which an item is worth no more readings, unless another is given. Chosen by hand."""

MOST_FAULTS = 20
"""The most unusable lines that are named; the others are counted. Chosen by hand."""

commands = typer.Typer()
collection = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Reconcile readings that others collected.")
commands.add_typer(collection, name="collection", rich_help_panel="Other people's data")
EXAMPLE = "Example: fairhand collection reconcile classifications.csv --out values.csv --report report.html"


@collection.command("reconcile", epilog=EXAMPLE)
def reconcile_file(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file of other people's readings.", metavar="FILE")],
    out: Annotated[
        Path | None,
        typer.Option(callback=terminal.writable, help="Where to write its lines: .jsonl or .csv; else stdout."),
    ] = None,
    form: Annotated[str | None, typer.Option(help="The form whose types and rules its fields have.")] = None,
    layout: Annotated[
        str | None,
        typer.Option(
            "--from", help="jsonl, crowdkit, zooniverse, notes_from_nature or label_studio; else by its look."
        ),
    ] = None,
    target: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Less probable items are worth one more reading.", show_default="0.95"),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(callback=terminal.writable, help="Write an HTML page on its agreement and sources."),
    ] = None,
) -> None:
    """Reconcile a file of other people's readings: one line an item, with its value and probability.

    Nothing of the home is read or changed. Exit code 1 where a line could not be used.
    """
    from flows.home import FormLibrary, load_settings

    if form is not None and target is not None:
        raise typer.BadParameter("--target is for a collection without a form; leave --form or --target out.")
    used_form = FormLibrary(load_settings(ctx.obj).forms).find(form) if form else None
    _reconcile_file(
        file, out=out, form=used_form, layout=layout, target=DEFAULT_TARGET if target is None else target, report=report
    )


def _reconcile_file(
    file: Path, *, out: Path | None, form: Form | None, layout: str | None, target: float, report: Path | None
) -> None:
    """Reconcile a file, write or print its lines, say what could not be used; exit code 1 where anything was not."""
    from flows.parts.collections.reconcile_file import reconcile_collection, write_reconciled

    if not file.is_file():
        raise typer.BadParameter(f"{file} is no file. Give a file of readings.")
    if report is not None and form is not None:
        raise typer.BadParameter("--report tells of a collection without a form; leave --form or --report out.")
    done = reconcile_collection(file, form=form, layout=layout, target=target)
    if out is None:
        terminal.as_json(*done.lines)
    else:
        write_reconciled(done.lines, out)
        asked = sum(line.ask for line in done.lines)
        terminal.say(f"{len(done.lines)} items written to {out}; {asked} are worth one more reading.")
    if report is not None and done.reconciled is not None:
        from flows.parts.collections.reconcile_file import report_of

        write_whole(report, report_of(done.reconciled, title=file.name))
        terminal.say(f"The report stands in {report}.")
    for fault in done.faults[:MOST_FAULTS]:
        terminal.note(f"fairhand: {file}, line {fault.line}: {fault.message}")
    if len(done.faults) > MOST_FAULTS:
        terminal.note(f"fairhand: {file}: {len(done.faults) - MOST_FAULTS} more lines could not be used.")
    if done.faults:
        raise typer.Exit(1)
