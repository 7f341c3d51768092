"""The command that asks about how people read, with evidence."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import home_of
from flows.cli.people import people


@people.command("check")
def check(
    ctx: typer.Context,
    last: Annotated[int, typer.Option(help="How many scans to look at: those that people read last.", min=1)] = 1000,
    as_json: terminal.AsJson = False,
) -> None:
    """Ask about odd ways of reading, with evidence: one answer everywhere, copied mistakes, no time to look, guesses.

    Nothing is done by itself, and nobody's pay changes. Look at the examples, and ask the person, before you act.
    """
    from flows.administration import odd_reading
    from reconcile.conduct import HONEST_PEOPLE_ASKED_SHARE

    found = odd_reading(home_of(ctx), last)
    if as_json:
        terminal.as_json(*map(dataclasses.asdict, found))
        return
    for each in found:
        terminal.say(f"{each.handle}: {each.question}")
        terminal.say(
            f"  An honest person gives so much reason to ask at most once in {min(each.factor, 1e9):,.0f} times."
        )
        for shown in each.examples:
            terminal.say(f"  {example_in_words(shown.file, shown.field, shown.said, shown.others)}")
    if found:
        terminal.say(
            "Look at them with: fairhand scan explain FILE FIELD. What was read in a period is set aside with: "
            "fairhand people set-aside NAME --from DAY --why REASON."
        )
    else:
        terminal.say(f"No question. Of {HONEST_PEOPLE_ASKED_SHARE:.0%} of honest people at most one is ever asked.")


def example_in_words(file: str, field: str, said: str, others: str) -> str:
    """What was read where; and what others read there, unless it is the same, as of who was merely quick."""
    against = f", others {others}" if others and said.casefold() != others.casefold() else ""
    return f"{file}, {field}: they read {said}{against}."
