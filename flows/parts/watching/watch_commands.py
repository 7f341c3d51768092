"""The command that watches a folder."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from transcribe.i18n import counted

if TYPE_CHECKING:
    from flows.incoming import Round

commands = typer.Typer()


@commands.command()
def watch(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder that photographs are put into.")],
    form: Annotated[str, typer.Option(help="The name of a form, the path of its definition, or auto: find out which.")],
    batch: Annotated[str, typer.Option(help="A name for all of them together; else one a day.")] = "",
) -> None:
    """Take in what is put into a folder, until Ctrl-C: each file once.

    It is then moved to done/ or aside/ in the folder. A file is taken in when it has not changed for some seconds and
    nobody writes it. Beside each file in aside/ lies a text that says why.
    """
    from flows.home import load_settings, open_home
    from flows.parts.watching.watch_folders import WatchedForm
    from flows.parts.watching.watch_folders import watch as watch_folders

    signal.signal(signal.SIGTERM, _interrupt)
    asked = [WatchedForm(folder=folder, form=form)]
    home = open_home(load_settings(ctx.obj))
    try:
        watch_folders(home, asked, batch, _report, lambda: terminal.note(f"Watching {folder}; Ctrl-C ends it."))
    except KeyboardInterrupt:
        terminal.note("Ended. What is in the folder still is taken in with the next start.")


def _report(done: Round) -> None:
    if done.taken:
        known = f" {done.known} of them came before, and nothing of them is read again." if done.known else ""
        terminal.say(f"{counted(done.taken, 'file')} taken in.{known}")
    for name, reason in done.aside:
        terminal.say(f"set aside: {terminal.with_file(name, reason)}")
    for trouble in done.troubles:
        terminal.note(trouble)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
