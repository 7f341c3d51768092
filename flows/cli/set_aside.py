"""Commands that set the readings of a period of one person aside, and take them back into weighing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import By, home_of, now
from flows.cli.people import Name, people

if TYPE_CHECKING:
    from flows.home import Home

Begin = Annotated[str, typer.Option("--from", help="From this day or time on, such as 2026-11-20, in UTC.")]
"""Where the period begins."""

Until = Annotated[str, typer.Option("--to", help="Up to this day, its end included, or time; else until now.")]
"""Where it ends."""

Why = Annotated[str, typer.Option(help="Why; it is kept, and told to the person.")]
"""Why they are set aside."""


@people.command("set-aside")
def set_aside(
    ctx: typer.Context,
    name: Name,
    begin: Begin,
    why: Why,
    until: Until = "",
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Take what a person read in a period out of weighing: fields are asked again, and records are corrected.

    What was paid stays paid. The person is told why, and may contest each. people take-back undoes it.
    """

    home, first, last = _period(ctx, begin, until)
    done = home.store.set_readings_aside(name, first, last, by, why, now())
    _tell(home, name, done.readings, done.scans, "set aside", as_json=as_json)


@people.command("take-back")
def take_back(
    ctx: typer.Context,
    name: Name,
    begin: Begin,
    why: Why,
    until: Until = "",
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Weigh again what was set aside of a person's readings of a period. They are told."""

    home, first, last = _period(ctx, begin, until)
    done = home.store.take_readings_back(name, first, last, by, why, now())
    _tell(home, name, done.readings, done.scans, "taken back into weighing", as_json=as_json)


def _period(ctx: typer.Context, begin: str, until: str) -> tuple[Home, datetime, datetime]:
    from flows.mending import begin_of, due_of

    try:
        first, last = begin_of(begin), due_of(until) if until else now()
    except ValueError:
        raise typer.BadParameter("--from and --to are days or times: 2026-11-20, or 2026-11-20T09:00.") from None
    if last is None:
        raise typer.BadParameter("--to is a day or a time: 2026-11-20, or 2026-11-20T09:00.")
    if first > now():
        raise typer.BadParameter(f"--from {begin} lies in the future: nothing was read since. Times are in UTC.")
    if last < first:
        raise typer.BadParameter(f"--to {until} lies before --from {begin}: nothing was read between them.")
    return home_of(ctx), first, last


def _tell(home: Home, name: str, readings: int, scans: int, what: str, *, as_json: bool) -> None:
    """Weigh the scans, publish, and say what was done."""
    from flows.steps import reconcile_to_the_end

    weighed = reconcile_to_the_end(home)
    if as_json:
        terminal.as_json({"readings": readings, "scans": scans, "asked": weighed.asked})
    elif not readings:
        terminal.say(f"There is no such reading of {name} in that time; nothing has changed.")
    else:
        terminal.say(f"{readings} readings of {name} on {scans} scans are {what}; these are weighed again.")
