"""Commands about what is kept of people and scans, for whom, and how long: tokens, export, leaving, retention."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of
from flows.cli.pay_and_audit import pay
from flows.cli.people import Name, people

LEAVE_WAIT_SECONDS = 30.0
"""How long readers of the database are waited for when a person leaves: as long as when a scan is forgotten."""

token = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Tokens by which programs are known.")
app.add_typer(token, name="token")


@token.command("add")
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    scope: Annotated[
        list[str],
        typer.Option(help="What it allows: records:read, explain:read, pay:read, metrics:read; again for more."),
    ],
    days: Annotated[int | None, typer.Option(help="How long it works; else until it is revoked.", min=1)] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Make a token and show it once; only its hash is kept."""
    from flows.home import now
    from transcribe.people import new_token

    valid = None if days is None else timedelta(days=days)
    created = new_token(home_of(ctx).store, name, scope, now(), valid)
    if as_json:
        terminal.as_json(
            {"token": created.secret, "prefix": created.token.prefix, "scopes": sorted(created.token.scopes)}
        )
    else:
        terminal.say(created.secret)
        terminal.note("This is shown once. `fairhand token revoke " + created.token.prefix + "` ends it.")


@token.command("list")
def list_tokens(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List tokens by prefix and scopes."""
    tokens = home_of(ctx).store.tokens()
    if as_json:
        terminal.as_json(
            *(
                {
                    "prefix": token.prefix,
                    "name": token.name,
                    "scopes": sorted(token.scopes),
                    "until": token.until.isoformat() if token.until else None,
                    "revoked": token.revoked_at is not None,
                }
                for token in tokens
            )
        )
    else:
        rows = (
            (token.prefix, token.name, ", ".join(sorted(token.scopes)), "revoked" * bool(token.revoked_at))
            for token in tokens
        )
        terminal.columns(("prefix", "name", "scopes", ""), rows)


@token.command("revoke")
def revoke(ctx: typer.Context, prefix: Annotated[str, typer.Argument(help="The token's prefix.")]) -> None:
    """End a token at once."""
    from flows.home import now

    home_of(ctx).store.revoke_token(prefix, now())
    terminal.say(f"The token {prefix} works no more.")


@people.command("export")
def export_person(ctx: typer.Context, name: Name) -> None:
    """Print everything that is held about a person, as JSON: what they may ask for at any time."""
    typer.echo(json.dumps(home_of(ctx).store.about(name), ensure_ascii=False, indent=2))


@people.command("leave")
def leave(ctx: typer.Context, name: Name) -> None:
    """End a person's account and their name; what they read and were paid stays, under a pseudonym."""
    from flows.home import now

    store = home_of(ctx).store
    who = store.transcriber(name).id
    store.leave(who, now())
    terminal.say(f"{name} has left and is now {store.transcriber(who).handle}. What is due to them stays due.")
    if store.log_has_words() and not store.empty_log(LEAVE_WAIT_SECONDS):
        readers = ", ".join(store.log_readers()) or "a program"
        terminal.note(
            f"Their words are still in state.db-wal, which {readers} reads. End that; then `fairhand publish`, or the "
            "next round of `fairhand serve`, takes them away."
        )
        raise typer.Exit(1)


@pay.command("check")
def check(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """Say for each form in use why paid work on it must not start; exit code 1 where there is such a form.

    Then it asks about what is odd in the pay that is due, with figures: time beyond the clock, bursts, many sendings.
    """
    from flows.administration import anomalies
    from flows.home import now
    from transcribe.people import pay_faults

    home = home_of(ctx)
    store = home.store
    at, wrong = now(), False
    for name in sorted({form for form, _, _ in store.forms()}):
        faults = pay_faults(store.rate(name, at), store.floor(at), store.pace(name))
        wrong = wrong or bool(faults)
        if as_json:
            terminal.as_json({"form": name, "faults": list(faults)})
        else:
            terminal.say(f"{name}: {', '.join(faults) or 'fine'}")
    for each in anomalies(home):
        if as_json:
            terminal.as_json(dataclasses.asdict(each))
        else:
            terminal.say(f"{each.handle}: {each.question}")
    if wrong:
        raise typer.Exit(1)


@app.command("retention")
def retention(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """Forget every scan that was kept longer than its form says (retention_days). `serve` does it daily."""
    from flows.administration import keep_retention

    done = keep_retention(home_of(ctx))
    if as_json:
        terminal.as_json(*({"scan": scan} for scan in done.forgotten))
    else:
        terminal.say(f"{len(done.forgotten)} scans were kept long enough and are forgotten.")
    for scan, message in done.failed:
        terminal.note(f"scan {scan[:12]}: {message}")
    if done.unfinished:
        terminal.note(done.unfinished)
    if done.failed or done.unfinished:
        raise typer.Exit(1)
