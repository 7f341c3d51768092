"""The command that has a scan forgotten for good."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import home_of
from flows.cli.scan import Name, said_why, scan
from flows.cli.who_acts import By
from transcribe.errors import SettingsError
from transcribe.i18n import counted

if TYPE_CHECKING:
    from flows.home import Home
    from transcribe.model import Scan


@scan.command("forget")
def forget(
    ctx: typer.Context,
    name: Name,
    why: Annotated[str, typer.Option(help="Why; it stays in the log, so name nobody in it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first; without a terminal it must be given.")] = False,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Erase what a scan says and shows, everywhere; counts, pay and keyed hashes stay. It cannot be undone.

    It says what will be erased and asks once.
    """
    from flows.administration import forget_scan

    home, reason = home_of(ctx), said_why(why)
    known = home.store.scan(name)
    called, before = _called(known), home.store.forgotten(known.id)
    if not yes:
        _ask_before_forgetting(home, known, called)
    erased = forget_scan(home, known.id, by=by, why=reason)
    if as_json:
        terminal.as_json({"scan": erased.scan, "name": known.name, "batch": known.batch, "files": erased.files})
    elif before:
        terminal.say(f"{called} was forgotten before: nothing of it is left.")
    else:
        pictures = counted(erased.files, "picture")
        terminal.say(
            f"{called} is forgotten: its texts, its record and {pictures} are erased. "
            "Backups that were made before hold them until you remove these."
        )


def _called(known: Scan) -> str:
    """A scan as people call it: its file and batch; its id where it is forgotten, as its name is erased then."""
    batch = f" of the batch {known.batch}" if known.batch else ""
    return terminal.one_line(f"{known.name or f'The scan {known.id[:12]}'}{batch}")


def _ask_before_forgetting(home: Home, known: Scan, called: str) -> None:
    """Say what will be erased and ask once; SettingsError where nobody is there to answer."""
    if home.store.forgotten(known.id):
        return  # nothing of it is left; what was cut short is finished
    if not sys.stdin.isatty():
        raise SettingsError(
            f"{called} is not forgotten: nobody is here to be asked, as this is no terminal. Say --yes if you are sure."
        )
    terminal.note(
        f"{called} (form {known.form or 'unknown'}, scan {known.id[:12]}).\n"
        "Erased: its pictures, what machines and people read, its decided values, its record and every version of it.\n"
        "Not erased: who read how much and was paid what, counts, keyed hashes, backups made before, and files outside "
        "the home, as in a watched folder."
    )
    typer.confirm("Forget it for good?", abort=True, err=True)
