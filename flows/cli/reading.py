"""The command that reads files without keeping anything: no store, no Prefect."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, settings_of
from transcribe.i18n import plural
from transcribe.whole_files import write_whole

if TYPE_CHECKING:
    from flows.output import ErrorJson, FieldJson, ScanJson


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
    from flows.output import ErrorJson, hocr_pages
    from flows.standalone import drawn_pages, read_files

    settings, failed, scan_count = settings_of(ctx), False, 0
    picture_numbers, hocr_numbers = count(1), count(1)
    with terminal.progress("reading") as progress:
        for answer, result in read_files(settings, files, form, progress):
            scan_count += 1
            failed |= isinstance(answer, ErrorJson)
            if as_json:
                terminal.as_json(answer.plain())
            else:
                _print(answer, settings.spoken_language)
            if result and picture:
                for source, content in drawn_pages(result, settings.spoken_language):
                    path = _numbered(picture, next(picture_numbers))
                    write_whole(path, content)
                    terminal.note(f"{path} is the picture of {source}")
            if result and hocr:
                for source, text in hocr_pages(settings, result):
                    path = _numbered(hocr, next(hocr_numbers))
                    write_whole(path, text)
                    terminal.note(f"{path} has the words of {source}")
    if not _say_what_was_not_read(files, scan_count) or failed:
        raise typer.Exit(1)


def _say_what_was_not_read(files: Sequence[Path], scan_count: int) -> bool:
    """Name what was passed over; False where a folder was not looked into."""
    from transcribe.intake import passed_over, shown_path, unreached

    if not scan_count:
        terminal.note(f"{terminal.NO_PICTURE_MESSAGE}; nothing was read.")
    missed = unreached(files)
    for each in missed:
        terminal.note(terminal.unreached_message(shown_path(each.path), each.reason))
    if others := [shown_path(each) for each in passed_over(files)]:
        terminal.note(terminal.passed_over_message(others))
    return not missed


def _numbered(path: Path, number: int) -> Path:
    """The first page's file has the name that was asked for, the others a number in it."""
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")


def _print(answer: ScanJson | ErrorJson, language: str) -> None:
    from flows.output import ErrorJson, source_label

    if isinstance(answer, ErrorJson):
        terminal.note(f"fairhand: {answer.error.message}")
        return
    fit = "" if answer.fit is None else f", fit {answer.fit:.2f}"
    terminal.say(f"\n{source_label(answer.files, answer.pages)}: {answer.form or 'unknown form'}{fit}")
    if answer.advice:
        terminal.say(terminal.photo_advice(answer.advice, language))
    if answer.form is None:
        terminal.say("A person is asked which form it is; or name it with --form.")
        return
    rows = [_row(field) for field in answer.fields if not _is_blank(field)]
    terminal.columns(("field", "value", "probability", "because"), rows)
    blank_count = sum(map(_is_blank, answer.fields))
    if blank_count:
        terminal.say(plural(blank_count, "and {n} field that is blank", "and {n} fields that are blank"))


def _is_blank(field: FieldJson) -> bool:
    return field.decision is not None and field.decision.null == "blank"


def _row(field: FieldJson) -> tuple[str, str, str, str]:
    """The field's name, its value ("? " and the likeliest reading where it is a task), its probability, and why."""
    name = field.name if field.row is None else f"{field.name}[{field.row}]"
    decision = field.decision
    if decision:
        value = _in_one_line(decision.text) if decision.null is None else f"({decision.null})"
        return name, value, f"{decision.probability:.4f}", decision.method
    likeliest = field.readings[0] if field.readings else None
    text = _in_one_line(likeliest.text or "") if likeliest else ""
    probability = likeliest.probability if likeliest else None
    reason = field.task.reason if field.task else ""
    return name, f"? {text}", "" if probability is None else f"{probability:.4f}", reason


def _in_one_line(text: str) -> str:
    return " / ".join(text.splitlines())
