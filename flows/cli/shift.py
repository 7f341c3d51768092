"""The command that reads what others took in."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of
from transcribe.i18n import counted, plural


@app.command()
def shift(
    ctx: typer.Context,
    minutes: Annotated[float, typer.Option(min=0.0, help="So long at most; 0: until nothing is left.")] = 0.0,
    as_json: terminal.AsJson = False,
) -> None:
    """Read scans that wait to be read, until none is left. Run it in several processes, on several machines.

    SIGTERM ends it when the scans are read that it has begun. Nobody else needs to know: what it held, others read.
    """
    from flows.home import now
    from flows.shifts import work_shift

    home, stop = home_of(ctx), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    seconds = 60 * minutes if minutes else None
    with terminal.progress("reading") as progress:
        done = work_shift(home, home.settings.cores, seconds=seconds, stop=stop, progress=progress)
    held = home.store.count_to_read(now())[1]
    if as_json:
        terminal.as_json({**done.counts, "files set aside": done.set_aside, "files failed": done.failed})
    else:
        terminal.say(f"{counted(done.read, 'scan')} read.")
        for what, listed in (("set aside", done.set_aside), ("failed", done.failed)):
            for name, message in listed:
                terminal.say(f"{what}: {terminal.with_file(name, message)}")
        for name, engine in done.without:
            terminal.say(f"{terminal.one_line(name)}: {engine} failed on it; the other engines read it.")
        if done.left:
            wait = plural(done.left, "{n} scan waits", "{n} scans wait")
            terminal.say(f"{wait} to be read still; {held} of them are held by other shifts.")
        if done.read:
            terminal.say("fairhand serve weighs what was read; without it: fairhand reconcile.")
    if done.set_aside or done.failed:
        raise typer.Exit(1)
