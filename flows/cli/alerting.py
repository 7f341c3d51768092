"""The command about alerts."""

from __future__ import annotations

from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of, settings_of


@app.command("alerts")
def alerts(
    ctx: typer.Context,
    test: Annotated[
        bool, typer.Option("--test", help="Send a message to every address of FAIRHAND_ALERTS, to try them.")
    ] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """List what is wrong now, and what of it would be told now; nothing is sent. Exit code 1 where anything is wrong.

    `serve` tells it to the addresses of FAIRHAND_ALERTS: each thing once a day, and that it is over.
    """
    from flows.alerts import alerts_now, send_test
    from flows.home import now

    if test:
        sent = send_test(settings_of(ctx).alerts)
        for failed in sent.failed:
            terminal.say(f"{failed} did not take the message.")
        terminal.say(f"{sent.addresses - len(sent.failed)} of {sent.addresses} addresses took the message.")
        raise typer.Exit(1 if sent.failed else 0)
    looked, news = alerts_now(home_of(ctx), now())
    new = {each.subject for each in news.alerts}
    if as_json:
        for each in looked.alerts:
            told = {"check": each.check, "subject": each.subject, "message": each.message}
            terminal.as_json({**told, "new": each.subject in new})
    else:
        for each in looked.alerts:
            terminal.say(f"{'new' if each.subject in new else 'told'}: {each.message}")
        for each in news.over:
            terminal.say(f"over: {each.message}")
        if not looked.alerts:
            terminal.say("Nothing is wrong.")
    if looked.alerts:
        raise typer.Exit(1)
