"""Commands about work to come: what people are told who find none now."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of
from flows.cli.help_pages import WithDefault
from flows.cli.id_beginnings import whole_id

announce = typer.Typer(cls=WithDefault, no_args_is_help=True, rich_markup_mode=None, help="Announce work to come.")
app.add_typer(announce, name="announce")

TIME_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z"]
"""How the time of work to come may be written."""


@announce.command("work")
def announce_work(
    ctx: typer.Context,
    at: Annotated[
        datetime,
        typer.Argument(help="When it comes, in UTC unless it says +02:00.", metavar="WHEN", formats=TIME_FORMATS),
    ],
    hours: Annotated[float, typer.Option(help="About how many hours of reading it is, for everybody together.", min=0)],
    form: Annotated[str, typer.Option(help="Of which form, where that is known.")] = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Announce work to come: people who find no work are told when, and about how many hours."""
    from flows.administration import expect_work
    from flows.home import now

    home = home_of(ctx)
    before = {work.id for work in home.store.expected_work(now())}
    expected = expect_work(home, at, hours, form)
    if as_json:
        terminal.as_json({"work": expected.id, "at": expected.at.isoformat(), "hours": hours, "form": form})
    else:
        terminal.say(f"People are told of about {hours:g} hours of work from {expected.at:%Y-%m-%d %H:%M} UTC on.")
    if expected.id in before:
        terminal.note("It was announced already: nothing has changed. fairhand announce cancel takes it back.")


@announce.command("list")
def list_work(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List what is announced."""
    from flows.home import now

    announced = home_of(ctx).store.expected_work(now())
    if as_json:
        terminal.as_json(
            *(
                {"work": work.id, "at": work.at.isoformat(), "hours": work.hours, "form": work.form}
                for work in announced
            )
        )
    else:
        rows = ((work.id, f"{work.at:%Y-%m-%d %H:%M}", f"{work.hours:g}", work.form) for work in announced)
        terminal.columns(("work", "from (UTC)", "hours", "form"), rows, "No work is announced.")


@announce.command("cancel")
def cancel(
    ctx: typer.Context, announced: Annotated[str, typer.Argument(help="Its id, or the beginning.", metavar="WORK")]
) -> None:
    """Take an announcement back: that work does not come after all."""
    from flows.home import now

    store, at = home_of(ctx).store, now()
    store.end_expected_work(whole_id(announced, [each.id for each in store.expected_work(at)]), at)
    terminal.say("It is announced no more.")
