"""Commands about copies of the records that other programs read: PostgreSQL and Datasette."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from transcribe.i18n import counted

if TYPE_CHECKING:
    from flows.home import Home

commands = typer.Typer()
records = typer.Typer()
commands.add_typer(records, name="records")


@records.command("postgres", epilog="Example: fairhand records postgres postgresql://erp@db.example/orders --every 5")
def postgres(
    ctx: typer.Context,
    address: Annotated[
        str,
        typer.Argument(help="postgresql://USER@HOST/DATABASE; without it what PGHOST and the like say.", metavar="URL"),
    ] = "",
    schema: Annotated[str, typer.Option(help="The schema of the copy.")] = "fairhand",
    every: Annotated[
        float | None, typer.Option(help="Go on, and look for news so many seconds apart.", min=1, metavar="SECONDS")
    ] = None,
) -> None:
    """Bring a copy of the records in PostgreSQL up to date; with --every it follows until it is ended.

    While it follows, a server that cannot be reached is tried again, with pauses that grow up to five minutes.

    Leave the password to PGPASSWORD, a service file or ~/.pgpass: arguments can be seen by others.
    """
    from flows.parts.exports.postgres_copy import RoundFailed, copied_rounds

    for done in copied_rounds(_records_db(ctx), address, schema, every):
        if isinstance(done, RoundFailed):
            terminal.note(f"{done.reason} It is tried again in {done.pause_seconds:g} seconds.")
            continue
        if done.anew:
            terminal.note("The records are of a restored home: the copy was emptied and is made anew.")
        if every is None or done.records or done.erased:
            erased = f", {done.erased} erased" if done.erased else ""
            terminal.say(f"{counted(done.records, 'record')} copied{erased}, up to number {done.position}.")


@records.command("datasette", epilog="Example: fairhand records datasette --folder browse")
def datasette(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Option(help="The folder to write into; made where it is missing.")] = Path("browse"),
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Also a plugin that shows the pages and fields on their pictures.")
    ] = False,
) -> None:
    """Write what Datasette shows of records.db: titles, facets and queries; it says how to start it."""
    from flows.parts.exports.for_datasette import write_for_datasette

    terminal.say(write_for_datasette(_records_db(ctx), _home(ctx), folder, pictures=pictures))


def _home(ctx: typer.Context) -> Home:
    from flows.home import load_settings, open_existing_home

    return open_existing_home(load_settings(ctx.obj))


def _records_db(ctx: typer.Context) -> Path:
    """The record database to read; one of another version of fairhand is made anew first."""
    from flows.administration import readable_records
    from flows.home import load_settings

    return readable_records(load_settings(ctx.obj).records, lambda: _home(ctx))
