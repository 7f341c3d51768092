"""Commands about the log of what was done: list and verify."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of
from transcribe.i18n import counted

log = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Show and verify the log of what was done.")
app.add_typer(log, name="log")

HEAD_MISSING = (
    "That head is not in this log. Either it is the head of another home, or this log was cut or made anew since: what "
    "was written last is missing, as after a restore of an older backup. Its {lines} hold by themselves, with the head "
    "{head}"
)
"""What is said of a head that was kept elsewhere and is not met. A log that lost its end holds by itself."""


@log.command("list")
def list_log(
    ctx: typer.Context,
    as_json: terminal.AsJson = False,
    after: Annotated[int, typer.Option(help="Only lines after this number.")] = 0,
) -> None:
    """List what was done and by whom; people by the names that they have now, in JSON by their ids."""
    from flows.mending import act_in_words

    store = home_of(ctx).store
    names = {person.id: person.handle for person in store.transcribers()}
    lines, why = store.audit(after), {act.number: act.reason or "" for act in store.acts()}
    if as_json:
        terminal.as_json(
            *(
                {**dataclasses.asdict(line), "at": line.at.isoformat(), "why": _why(line.detail, why) or None}
                for line in lines
            )
        )
    else:
        rows = (
            (
                line.number,
                f"{line.at:%Y-%m-%d %H:%M:%S}",
                names.get(line.actor, line.actor),
                act_in_words(line.action, line.detail),
                names.get(line.subject, line.subject),
                _why(line.detail, why),
            )
            for line in lines
        )
        terminal.columns(
            ("line", "at", "who", "did", "to", "why"),
            rows,
            "Nothing was done yet." if not after else f"There is no line after {after}.",
        )


def _why(detail: Mapping[str, object], reasons: Mapping[int, str]) -> str:
    """Why this was done; "" where nobody was asked, or the words went with a scan or a person that is forgotten."""
    act = detail.get("act")
    return reasons.get(act, "") if isinstance(act, int) else str(detail.get("why", ""))


@log.command("verify")
def verify_log(
    ctx: typer.Context,
    as_json: terminal.AsJson = False,
    head: Annotated[str | None, typer.Option(help="A head that was saved elsewhere: it must be in the chain.")] = None,
) -> None:
    """Check that nothing was changed or taken out of the log and of what decides money or values, and print the head.

    The head of the log is to be kept elsewhere. It finds what was written without the key of the state (state.key).
    """
    from flows.administration import forgery_sentence

    if head is not None and not re.fullmatch("[0-9a-f]{64}", head):
        raise typer.BadParameter(f"{head!r} is no head of a log. It has 64 figures and letters from a to f.")
    state = home_of(ctx).store.verify_audit(head)
    if as_json:
        terminal.as_json({**dataclasses.asdict(state), "whole": state.whole})
    elif state.whole:
        terminal.say(f"The log of {state.lines} lines is whole. Its head is {state.head}")
    elif state.head_missing:
        terminal.say(HEAD_MISSING.format(lines=counted(state.lines, "line"), head=state.head))
    elif state.broken_at is not None:
        terminal.say(f"The log does not hold from line {state.broken_at} on: it was changed, or lines were taken out.")
    for each in state.forgeries if not as_json else ():
        terminal.say(forgery_sentence(each))
    if not state.whole:
        raise typer.Exit(1)
