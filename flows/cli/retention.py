"""The command that forgets what was kept long enough."""

from __future__ import annotations

import typer

from flows import terminal
from flows.cli.app import app, home_of
from transcribe.i18n import plural


@app.command("retention")
def retention(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """Forget every scan that was kept longer than its form says (retention_days). `serve` does it daily."""
    from flows.administration import keep_retention

    done = keep_retention(home_of(ctx))
    if as_json:
        terminal.as_json(*({"scan": scan} for scan in done.forgotten))
    else:
        were = plural(
            len(done.forgotten), "{n} scan was kept long enough and is", "{n} scans were kept long enough and are"
        )
        terminal.say(f"{were} forgotten.")
    for scan, message in done.failed:
        terminal.note(f"scan {scan[:12]}: {message}")
    if done.unfinished:
        terminal.note(done.unfinished)
    if done.failed or done.unfinished:
        raise typer.Exit(1)
