"""The command that moves a home to another database or archive."""

from __future__ import annotations

import dataclasses
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from transcribe.errors import FairhandError, SettingsError

if TYPE_CHECKING:
    from flows.home import Settings
    from flows.parts.scale.move_home import Moved

commands = typer.Typer()


@commands.command()
def move(
    ctx: typer.Context,
    to: Annotated[
        str | None, typer.Option(help="Where the state goes: postgresql://USER@HOST/NAME, or file for the home's own.")
    ] = None,
    archive: Annotated[
        str | None, typer.Option(help="Where the pictures go: s3://BUCKET/PREFIX, or a folder that is there.")
    ] = None,
    give_up: Annotated[
        bool, typer.Option("--give-up", help="Forget a move that did not end; the home is used as before.")
    ] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """Move the state to another database, the pictures to another archive, or both; nothing may work on the home.

    Everything is compared before it is used. Killed in the middle, the same command goes on.
    """
    from flows.home import load_settings
    from flows.parts.scale.move_home import give_up_move, move_home

    settings = load_settings(ctx.obj)
    if give_up:
        give_up_move(settings)
        terminal.say("The move is given up. What it copied lies in the new place still, and the home is as it was.")
        return
    if not to and not archive:
        raise SettingsError("Name where to: --to for the state, --archive for the pictures.")
    elsewhere = _records_elsewhere(settings) if to == "file" else []
    done = move_home(settings, to or "", archive or "")
    for place in elsewhere:
        terminal.note(f"{place} is of another machine, and no erasure reaches it any more: remove it and its home.")
    _say(done, as_json)


def _records_elsewhere(settings: Settings) -> list[str]:
    """The records.db files of this state on other machines; none where it cannot be asked, as a move says then."""
    from flows.home import has_state, open_state

    if not has_state(settings):  # opening it would make a home
        return []
    with suppress(FairhandError), closing(open_state(settings)) as store:
        return [each.place for each in store.records_copies() if each.machine != store.machine]
    return []


def _say(done: Moved, as_json: bool) -> None:
    """Print what was moved and what is left to do.

    Exit code 1 where pictures were lost before, or the log does not hold.
    """
    holds = done.audit is None or done.audit.whole
    if as_json:
        told = {each.name: getattr(done, each.name) for each in dataclasses.fields(done) if each.name != "audit"}
        terminal.as_json({**told, "log_holds": holds, "log_head": "" if done.audit is None else done.audit.head})
    else:
        _say_in_words(done)
    for variable in done.variables:
        terminal.note(
            f"{variable} is set in the environment to something else: change it there before anything starts."
        )
    if not holds:
        terminal.note("The log does not hold, as it did not before: fairhand log verify says from where on.")
    if done.lost:
        terminal.note(f"{len(done.lost)} pictures were lost before: fairhand doctor --deep names their scans.")
    if done.lost or not holds:
        raise typer.Exit(1)


def _say_in_words(done: Moved) -> None:
    if done.state:
        compared = f": {done.tables} tables with {done.rows} rows, each compared" if done.tables else ""
        terminal.say(f"The state is in {done.state}{compared}.")
        if done.audit is not None and done.audit.whole:
            terminal.say(f"Its log holds; the head: {done.audit.head}")
        terminal.say(f"{done.old_state} is as it was and takes no write any more. Remove it when you are sure.")
    if done.archive:
        terminal.say(f"The pictures are in {done.archive}: {done.pictures}, {done.copied} of them copied now.")
        terminal.say(f"Those in {done.old_archive} are there still: what is forgotten from now on is not erased there.")
