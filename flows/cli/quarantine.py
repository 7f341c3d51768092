"""Commands about scans that could not be weighed: list them, withdraw the reading to blame, try again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of
from flows.cli.value import say_weighed
from flows.cli.who_acts import by_option
from transcribe.i18n import counted

if TYPE_CHECKING:
    from transcribe.model import Reading
    from transcribe.store import Quarantined, Store

quarantine = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Scans that could not be weighed: list, withdraw, retry."
)
app.add_typer(quarantine, name="quarantine")


@quarantine.command("list")
def list_quarantined(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List the scans that could not be weighed, with the error and the reading to blame, longest first."""
    store = _store(ctx)
    found = store.quarantined()
    if as_json:
        terminal.as_json(*(_told(store, each) for each in found))
        return
    if not found:
        terminal.say("No scan is in quarantine.")
    for each in found:
        terminal.say(terminal.with_file(each.scan.name or each.scan.id[:12], each.message))
        terminal.say(f"  scan {each.scan.id[:12]}, {each.tries} tries since {each.since:%Y-%m-%d %H:%M} UTC")
        blamed = _blamed(store, each)
        if blamed is not None:
            terminal.say(f"  because of reading {blamed.id} of {blamed.key} by {_by(store, blamed)}")


@quarantine.command("withdraw")
def withdraw(
    ctx: typer.Context,
    reading: Annotated[str, typer.Argument(help="The reading's id, or the beginning of it.")],
    reason: Annotated[
        str,
        typer.Option(
            "--why", "--reason", help="Why it is taken out of weighing; kept with it, and told to its person."
        ),
    ],
    by: Annotated[str, by_option("Who withdraws it; kept with it.")] = "",
) -> None:
    """Take a reading out of weighing, and weigh its scan again. It stays in the store, and so does what was paid.

    So a correction is taken back too: fairhand value correct prints its id, and so does scan explain.
    """
    from flows.home import now
    from flows.steps import reconcile_to_the_end
    from transcribe.model import WHOLE

    if not reason.strip():
        raise typer.BadParameter("--why says why the reading is withdrawn; it cannot be empty.")
    home = home_of(ctx)
    if not home.store.withdraw_reading(reading, by, reason.strip(), now()):
        terminal.say("It was withdrawn before; nothing has changed.")
        return
    scan, key = home.store.field_of_reading(reading)
    terminal.say("Withdrawn; its scan was weighed again.")
    if key == WHOLE:
        reconcile_to_the_end(home)
    else:
        say_weighed(home, scan, key, as_json=False)


@quarantine.command("retry")
def retry(
    ctx: typer.Context,
    scan: Annotated[str | None, typer.Argument(help="A scan: id, its beginning, or its file's name; else all.")] = None,
) -> None:
    """Have scans in quarantine weighed again, after what was wrong is mended."""
    from flows.home import now

    count = _store(ctx).retry_quarantined(now(), scan)
    terminal.say(f"{counted(count, 'scan')} will be weighed again: fairhand reconcile, or wait for serve.")


def _store(ctx: typer.Context) -> Store:
    return home_of(ctx).store


def _told(store: Store, each: Quarantined) -> dict[str, object]:
    blamed = _blamed(store, each)
    return {
        "scan": each.scan.id,
        "name": each.scan.name,
        "error": each.error,
        "message": each.message,
        "reading": each.reading,
        "field": None if blamed is None else str(blamed.key),
        "by": None if blamed is None else _by(store, blamed),
        "text": None if blamed is None else blamed.text,
        "tries": each.tries,
        "since": each.since.isoformat(),
        "retry_at": _iso(each.retry_at),
    }


def _blamed(store: Store, each: Quarantined) -> Reading | None:
    return next((one for one in store.readings(each.scan.id) if one.id == each.reading), None)


def _by(store: Store, reading: Reading) -> str:
    return reading.source if reading.task is None else store.transcriber(reading.source).handle


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
