"""Commands about the pages of scans: split one, join two."""

from __future__ import annotations

from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import home_of
from flows.cli.scan import Name, Why, said_why, scan
from flows.cli.who_acts import By
from transcribe.i18n import counted


@scan.command("split")
def split_scan(
    ctx: typer.Context,
    name: Name,
    at: Annotated[int, typer.Option(help="The first page of the new scan; 1 is the first of all.")],
    why: Why,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Make a scan of its own of the pages from --at on, and read both again. scan join undoes it.

    What people read of other pages is history and stays paid; it counts again where a scan has its pages again.
    """
    from flows.mending import split
    from flows.steps import Because, reconcile_to_the_end

    home = home_of(ctx)
    part = split(home, home.store.scan(name), at, Because(by=by, why=said_why(why)))
    reconcile_to_the_end(home)
    _tell("is a scan of its own", part.id, part.name, len(part.pages), as_json=as_json)


@scan.command("join")
def join_scans(
    ctx: typer.Context,
    first: Annotated[str, typer.Argument(help="The scan whose pages come first: its id, or its file's name.")],
    second: Annotated[str, typer.Argument(help="The scan whose pages come after them.")],
    why: Why,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Make one scan of the pages of two, and read it again. scan split undoes it.

    The scan that came first has all pages then; of the other nobody is asked any more, and its record, if it has one,
    says what it is part of. What people read of either stays paid, and counts again where they are split again.
    """
    from flows.mending import join
    from flows.steps import Because, reconcile_to_the_end

    home = home_of(ctx)
    whole = join(home, home.store.scan(first), home.store.scan(second), Because(by=by, why=said_why(why)))
    reconcile_to_the_end(home)
    _tell("has the pages of both", whole.id, whole.name, len(whole.pages), as_json=as_json)


def _tell(what: str, scan_id: str, name: str, pages: int, *, as_json: bool) -> None:
    if as_json:
        terminal.as_json({"scan": scan_id, "name": name, "pages": pages})
    else:
        terminal.say(
            f"{terminal.one_line(name or scan_id[:12])} ({scan_id[:12]}) {what}, {counted(pages, 'page')} in all."
        )
