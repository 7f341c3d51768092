"""The command that drafts a form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from flows import terminal
from transcribe.whole_files import write_whole

commands = typer.Typer()
forms = typer.Typer()
commands.add_typer(forms, name="forms")


def _require_free(blanks: Mapping[Path, bytes]) -> None:
    """BadParameter where another picture lies at the place of a blank."""
    for path, content in blanks.items():
        if path.exists() and path.read_bytes() != content:
            raise typer.BadParameter(
                f"The blank of the form is to be written as {path}, where another picture lies. Name another folder "
                "for --out: the definition and its blank are written there."
            )


@forms.command("draft", epilog="Example: fairhand forms draft blank.png")
def draft_form(
    ctx: typer.Context,
    blank: Annotated[Path, typer.Argument(help="A picture or PDF of the blank form.", metavar="BLANK")],
    name: Annotated[str | None, typer.Option(help="The form's name; else that of the file.")] = None,
    language: Annotated[str, typer.Option(help="The language of its print, or several: deu+spa.")] = "eng",
    locale: Annotated[str, typer.Option(help="How dates and amounts are written on it.")] = "en_GB",
    filled: Annotated[
        bool, typer.Option("--filled", help="It is filled in: take what is written in the boxes from the blank.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(callback=terminal.writable, help="The definition to write; else to standard output.")
    ] = None,
) -> None:
    """Write a first definition of a form from its blank, to be edited: frames, lines and labels are found.

    Every page of a PDF is a page of the form; its blanks are written as PNG beside the definition. Of a photograph the
    sheet is laid flat, upright and level, and its light evened out.
    """
    from flows.home import load_settings
    from flows.parts.drafting.draft_form import draft_definition, emptied_blanks

    if out and out.exists():
        raise typer.BadParameter(f"{out} exists, and what was edited there would be lost. Name another file as --out.")
    draft = draft_definition(load_settings(ctx.obj), blank, name or blank.stem, language, locale, filled=filled)
    draft = emptied_blanks(load_settings(ctx.obj), draft) if filled else draft
    folder = out.parent if out else blank.parent
    blanks = {folder / file_name: content for file_name, content in draft.blanks.items()}
    _require_free(blanks)
    for path, content in blanks.items():  # a definition names its blanks as they lie beside it
        if not path.exists():
            write_whole(path, content)
            terminal.note(f"The blank is in {path}.")
    for note in draft.notes:
        terminal.note(note)
    if out:
        write_whole(out, draft.text)
        terminal.say(f"A first definition is in {out}. Look at it with: fairhand forms preview {out}")
    else:
        typer.echo(draft.text, nl=False)
