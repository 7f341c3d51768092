"""The command that keeps running: serve."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of, now, settings_of
from transcribe.i18n import counted, plural


@app.command()
def serve(
    ctx: typer.Context,
    port: Annotated[
        int | None,
        typer.Option(help="The port of the review pages; 0: any free one, for Prefect too.", min=0, max=65535),
    ] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    public_url: Annotated[
        str | None, typer.Option(help="The https address that people type, where a proxy stands before it.")
    ] = None,
    insecure: Annotated[
        bool | None,
        typer.Option("--insecure", help="Speak plain http with other machines: only on a network of yours."),
    ] = None,
) -> None:
    """Serve the review pages, with Prefect beside them and reconciling after every reading, until Ctrl-C."""
    from flows.home import browsable
    from flows.runtime import set_up_log
    from flows.serving import Serving

    try:
        browsable(public_url or "")
    except ValueError as error:
        raise typer.BadParameter(f"--public-url {public_url!r} is no address: {error}.") from None
    settings = settings_of(ctx)
    given = {"port": port, "host": host, "public_url": public_url, "insecure": insecure}
    chosen = {name: value for name, value in given.items() if value is not None}
    set_up_log(settings)
    Serving(settings.model_copy(update=chosen)).run()


# The command that reads what others took in.


@app.command()
def shift(
    ctx: typer.Context,
    minutes: Annotated[float, typer.Option(min=0.0, help="So long at most; 0: until nothing is left.")] = 0.0,
    as_json: terminal.AsJson = False,
) -> None:
    """Read scans that wait to be read, until none is left. Run it in several processes, on several machines.

    SIGTERM ends it when the scans are read that it has begun. Nobody else needs to know: what it held, others read.
    """
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
