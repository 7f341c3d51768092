"""Commands about what is held about a person: printed for them, and ended when they leave."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import home_of
from flows.cli.people import Name, people
from flows.cli.who_acts import by_option
from transcribe.errors import SettingsError

if TYPE_CHECKING:
    from transcribe.model import Transcriber

LEAVE_WAIT_SECONDS = 30.0
"""How long readers of the database are waited for when a person leaves: as long as when a scan is forgotten."""


@people.command("export")
def export_person(ctx: typer.Context, name: Name) -> None:
    """Print everything that is held about a person, as JSON: what they may ask for at any time."""
    typer.echo(json.dumps(home_of(ctx).store.about(name), ensure_ascii=False, indent=2))


@people.command("leave")
def leave(
    ctx: typer.Context,
    name: Name,
    why: Annotated[str, typer.Option(help="Why; it stays in the log, so name nobody in it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first; without a terminal it must be given.")] = False,
    by: Annotated[str, by_option("Who does it; kept in the log.")] = "",
) -> None:
    """End a person's account and their name; what they read and were paid stays, under a pseudonym.

    It says what ends and asks once; it cannot be undone. To give somebody no more work for a time: people pause.
    """
    from flows.home import now

    if not why.strip():
        raise typer.BadParameter("--why says why; it cannot be empty.")
    store = home_of(ctx).store
    known = store.transcriber(name)
    if not yes:
        _ask_before_leaving(known)
    who = known.id
    store.leave(who, now(), by=by, why=why.strip())
    terminal.say(f"{known.handle} has left and is now {store.transcriber(who).handle}. What is due to them stays due.")
    if store.log_has_words() and not store.empty_log(LEAVE_WAIT_SECONDS):
        readers = ", ".join(store.log_readers()) or "a program"
        terminal.note(
            f"Their words are still in state.db-wal, which {readers} reads. End that; then `fairhand records publish` "
            "or the next round of `fairhand serve` takes them away."
        )
        raise typer.Exit(1)


def _ask_before_leaving(known: Transcriber) -> None:
    """Say what will end and ask once; SettingsError where nobody is there to answer."""
    if not sys.stdin.isatty():
        raise SettingsError(
            f"{known.handle} has not left: nobody is here to be asked, as this is no terminal. "
            "Say --yes if you are sure."
        )
    terminal.note(
        f"{known.handle} ({', '.join(sorted(known.roles))}).\n"
        "Ends: their name, sign-in, sessions and links, and what they hold goes back.\n"
        "Stays, under a pseudonym: what they read, and what was paid or is due. Backups made before have their name."
    )
    typer.confirm("End their account for good?", abort=True, err=True)
