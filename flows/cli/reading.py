"""The command that reads files without keeping anything: no store, no Prefect."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import typer

from flows import terminal
from flows.cli.app import app, settings_of


@app.command()
def read(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Pictures, PDFs, or folders of them.", metavar="FILE...")],
    form: Annotated[str, typer.Option(help="The name of a form, the path of its definition, or auto: find out which.")],
    as_json: terminal.AsJson = False,
    picture: Annotated[
        Path | None,
        typer.Option(callback=terminal.writable, help="Draw each page's fields with value and fate: OUT.png."),
    ] = None,
    hocr: Annotated[
        Path | None, typer.Option(callback=terminal.writable, help="Write the words of each page as hOCR: OUT.hocr.")
    ] = None,
) -> None:
    """Read files by machine and print readings and decisions, one scan a line with --json."""
    from flows.output import hocr_pages
    from flows.standalone import drawn_pages, read_files

    settings, failed, scans = settings_of(ctx), False, 0
    drawn, written = count(1), count(1)
    with terminal.progress("reading") as progress:
        for told, weighed in read_files(settings, files, form, progress):
            scans += 1
            failed |= "error" in told
            if as_json:
                terminal.as_json(told)
            else:
                _print(told, settings.speaks)
            if weighed and picture:
                for of, content in drawn_pages(weighed, settings.speaks):
                    made = _numbered(picture, next(drawn))
                    made.write_bytes(content)
                    terminal.note(f"{made} is the picture of {of}")
            if weighed and hocr:
                for of, text in hocr_pages(settings, weighed):
                    made = _numbered(hocr, next(written))
                    made.write_text(text, encoding="utf-8")
                    terminal.note(f"{made} has the words of {of}")
    _say_what_was_not_read(files, scans)
    if failed:
        raise typer.Exit(1)


def _say_what_was_not_read(files: Sequence[Path], scans: int) -> None:
    from transcribe.intake import passed_over

    if not scans:
        terminal.note(f"{terminal.NOTHING_THERE}; nothing was read.")
    if others := [str(each) for each in passed_over(files)]:
        terminal.note(terminal.passed_over(others))


def _numbered(path: Path, number: int) -> Path:
    """The first page's file has the name that was asked for, the others a number in it."""
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")


def _print(told: dict[str, Any], language: str) -> None:
    if "error" in told:
        terminal.note(f"fairhand: {told['error']['message']}")
        return
    from flows.output import source_label

    fit = "" if told["fit"] is None else f", fit {told['fit']:.2f}"
    typer.echo(f"\n{source_label(told['files'], told['pages'])}: {told['form'] or 'unknown form'}{fit}")
    if told["advice"]:
        typer.echo(terminal.to_do(told["advice"], language))
    if told["form"] is None:
        typer.echo("A person is asked which form it is; or name it with --form.")
        return
    rows = [_row(field) for field in told["fields"] if not _empty(field)]
    terminal.columns(("field", "value", "probability", "because"), rows)
    empty = sum(map(_empty, told["fields"]))
    if empty:
        typer.echo(f"and {empty} fields that are blank")


def _empty(field: dict[str, Any]) -> bool:
    return bool(field["decision"] and field["decision"]["null"] == "blank")


def _row(field: dict[str, Any]) -> tuple[str, str, str, str]:
    name = field["name"] if field["row"] is None else f"{field['name']}[{field['row']}]"
    decision, task = field["decision"], field["task"]
    if decision:
        value = _in_one_line(decision["text"]) if decision["null"] is None else f"({decision['null']})"
        return name, value, f"{decision['probability']:.4f}", decision["method"]
    likeliest = field["readings"][0] if field["readings"] else {"text": None, "probability": None}
    probability = likeliest["probability"]
    text = _in_one_line(likeliest["text"] or "")
    return name, f"? {text}", "" if probability is None else f"{probability:.4f}", task["reason"]


def _in_one_line(text: str) -> str:
    return " / ".join(text.splitlines())
