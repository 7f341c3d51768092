"""Commands about what is held about a person: printed for them, and ended when they leave."""

from __future__ import annotations

import json

import typer

from flows import terminal
from flows.cli.app import home_of
from flows.cli.people import Name, people

LEAVE_WAIT_SECONDS = 30.0
"""How long readers of the database are waited for when a person leaves: as long as when a scan is forgotten."""


@people.command("export")
def export_person(ctx: typer.Context, name: Name) -> None:
    """Print everything that is held about a person, as JSON: what they may ask for at any time."""
    typer.echo(json.dumps(home_of(ctx).store.about(name), ensure_ascii=False, indent=2))


@people.command("leave")
def leave(ctx: typer.Context, name: Name) -> None:
    """End a person's account and their name; what they read and were paid stays, under a pseudonym."""
    from flows.home import now

    store = home_of(ctx).store
    who = store.transcriber(name).id
    store.leave(who, now())
    terminal.say(f"{name} has left and is now {store.transcriber(who).handle}. What is due to them stays due.")
    if store.log_has_words() and not store.empty_log(LEAVE_WAIT_SECONDS):
        readers = ", ".join(store.log_readers()) or "a program"
        terminal.note(
            f"Their words are still in state.db-wal, which {readers} reads. End that; then `fairhand records publish` "
            "or the next round of `fairhand serve` takes them away."
        )
        raise typer.Exit(1)
