"""The command that reads files without keeping anything: no store, no Prefect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli import say
from flows.cli.app import app, settings_of

if TYPE_CHECKING:
    from flows.told import Weighed


@app.command()
def read(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Pictures, PDFs, or folders of them.", metavar="FILE...")],
    form: Annotated[str, typer.Option(help="The name of a form, the path of its definition, or auto: find out which.")],
    as_json: say.AsJson = False,
    picture: Annotated[Path | None, typer.Option(help="Draw each scan's fields with value and fate: OUT.png.")] = None,
    hocr: Annotated[Path | None, typer.Option(help="Write what the engines saw as hOCR: OUT.hocr.")] = None,
) -> None:
    """Read files by machine and print readings and decisions, one scan a line with --json."""
    from flows.read import read_files

    failed, count = False, 0
    with say.progress("reading") as progress:
        for told, weighed in read_files(settings_of(ctx), files, form, progress):
            failed |= "error" in told
            if as_json:
                say.as_json(told)
            else:
                _print(told)
            if weighed is not None:
                count += 1
                _write(weighed, count, picture, hocr)
    if failed:
        raise typer.Exit(1)


def _write(weighed: Weighed, count: int, picture: Path | None, hocr: Path | None) -> None:
    from flows.read import draw_picture, write_hocr

    if picture:
        draw_picture(weighed, _numbered(picture, count))
    if hocr:
        write_hocr(weighed, _numbered(hocr, count))


def _numbered(path: Path, count: int) -> Path:
    """The first scan's file has the name that was asked for, the others a number in it."""
    return path if count == 1 else path.with_stem(f"{path.stem}-{count}")


def _print(told: dict[str, Any]) -> None:
    if "error" in told:
        say.note(f"fairhand: {told['error']['message']}")
        return
    fit = "" if told["fit"] is None else f", fit {told['fit']:.2f}"
    typer.echo(f"\n{told['file']}: {told['form'] or 'unknown form'}{fit}")
    rows = [_row(field) for field in told["fields"] if not _empty(field)]
    say.columns(("field", "value", "probability", "because"), rows)
    empty = sum(map(_empty, told["fields"]))
    if empty:
        typer.echo(f"and {empty} fields that are blank")


def _empty(field: dict[str, Any]) -> bool:
    return bool(field["decision"] and field["decision"]["null"] == "blank")


def _row(field: dict[str, Any]) -> tuple[str, str, str, str]:
    name = field["name"] if field["row"] is None else f"{field['name']}[{field['row']}]"
    decision, task = field["decision"], field["task"]
    if decision:
        value = decision["text"] if decision["null"] is None else f"({decision['null']})"
        return name, value, f"{decision['probability']:.4f}", decision["method"]
    likeliest = field["readings"][0] if field["readings"] else {"text": None, "probability": None}
    probability = likeliest["probability"]
    return name, f"? {likeliest['text'] or ''}", "" if probability is None else f"{probability:.4f}", task["reason"]
