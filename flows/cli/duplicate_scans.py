"""Commands about orders that came before: list the pairs, and say what two scans are to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows import terminal
from flows.cli.app import home_of
from flows.cli.scan import Why, scan
from flows.cli.who_acts import By

if TYPE_CHECKING:
    from flows.home import Home
    from transcribe.model import Duplicate

Verdict = Annotated[
    Literal["duplicate", "retake", "different", "open"],
    typer.Option("--as", help="The same order; the same, with the better picture; two orders; or not settled yet."),
]
"""The option that says what two scans are to each other."""


@scan.command("duplicates")
def duplicates(
    ctx: typer.Context,
    batch: Annotated[str | None, typer.Option(help="Only those whose newer scan is of this batch.")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only those that nobody has settled.")] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """List scans that may be the same order as an earlier one, why, and what was said of them."""
    from flows.output import duplicate_json, duplicates_of

    home = home_of(ctx)
    if batch is not None:
        home.store.require_batch(batch)
    pairs = [each for each in duplicates_of(home, batch) if each.waits or not only_open]
    if as_json:
        terminal.as_json(*map(duplicate_json, pairs))
    elif not pairs:
        terminal.say("No scan seems to be an order that came before.")
    else:
        head = ("scan", "name", "is like", "name", "found by", "policy", "settled as")
        terminal.columns(head, (_row(home, each) for each in pairs))


@scan.command("settle")
def settle_pair(
    ctx: typer.Context,
    first: Annotated[str, typer.Argument(help="One scan: its id, the beginning of it, or its file's name.")],
    second: Annotated[str, typer.Argument(help="The other one.")],
    verdict: Verdict,
    why: Why,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Say whether two scans are the same order. Settled anew it is undone; open takes it back.

    Of a duplicate nobody is asked any more, and its record says so; what somebody holds is kept and paid. A retake
    besides has the picture of the newer take the place of the older's. Two that are different are never asked about
    again.
    """
    from flows.mending import settle
    from flows.steps import Because, reconcile_to_the_end

    if not why.strip():
        raise typer.BadParameter("--why says why; it cannot be empty.")
    home = home_of(ctx)
    older, newer, has_changed = settle(home, first, second, verdict, Because(by=by, why=why.strip()))
    reconcile_to_the_end(home)
    if as_json:
        terminal.as_json({"older": older.id, "newer": newer.id, "settled": verdict})
        return
    names = [terminal.one_line(each.name or each.id[:12]) for each in (newer, older)]
    words = {
        "duplicate": "is the same order as",
        "retake": "is a new picture of",
        "different": "is another order than",
        "open": "may be the same order as",
    }
    if verdict == "open" and older.id not in {each.older for each in home.store.duplicates(newer.id)}:
        terminal.say(f"{names[0]} and {names[1]} are no pair any more: nothing but the word taken back made them one.")
    else:
        terminal.say(f"{names[0]} {words[verdict]} {names[1]}.")
    if not has_changed:
        terminal.note("It was settled so already: nothing has changed.")


def _row(home: Home, pair: Duplicate) -> tuple[object, ...]:
    from flows.output import found_by

    names = [home.store.scan(each).name for each in (pair.newer, pair.older)]
    settled = pair.settled if pair.settled != "open" else ""
    return pair.newer[:12], names[0], pair.older[:12], names[1], found_by(pair), pair.policy, settled
