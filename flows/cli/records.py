"""Commands about records: export and forget."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of, settings_of


@app.command()
def export(
    ctx: typer.Context,
    format: Annotated[str, typer.Option(help="jsonl or csv.")] = "jsonl",
    form: Annotated[str | None, typer.Option(help="Only the records of this form; for csv it must be one.")] = None,
    table: Annotated[str, typer.Option(help="For csv: one of the form's tables instead of its plain fields.")] = "",
    after: Annotated[int, typer.Option(help="Only records changed after this change number.")] = 0,
    spreadsheets: Annotated[
        bool, typer.Option("--for-spreadsheets", help="For csv: safe to open in a spreadsheet, no exact copy.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(callback=terminal.writable, help="A file to write; else to standard output.")
    ] = None,
) -> None:
    """Write the finished records as JSON Lines or CSV."""
    from flows.administration import export_records

    count = export_records(settings_of(ctx).records, format, form, table, after, out, for_spreadsheets=spreadsheets)
    if out:
        terminal.note(f"{count} rows written to {out}.")


@app.command()
def forget(
    ctx: typer.Context,
    scan: Annotated[str, typer.Argument(help="The scan: its id, the beginning of it, or its file's name.")],
    as_json: terminal.AsJson = False,
) -> None:
    """Erase what a scan says and shows, everywhere; counts, pay and keyed hashes stay. It cannot be undone."""
    from flows.administration import forget_scan

    erased = forget_scan(home_of(ctx), scan)
    if as_json:
        terminal.as_json({"scan": erased.scan, "files": erased.files})
    else:
        terminal.say(
            f"Scan {erased.scan[:12]} is forgotten: its texts, its record and {erased.files} pictures are erased."
        )
