"""Commands about the tokens by which programs are known: add, list, revoke."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, form_library, home_of

tokens = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Tokens by which programs are known.")
app.add_typer(tokens, name="tokens")


@tokens.command("add")
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    scope: Annotated[
        list[str],
        typer.Option(
            help="What it allows: records:read, records:write, pictures:read, scans:write (each also of one form: "
            "records:read:receipt), explain:read, pay:read, metrics:read, webhooks:read, webhooks:manage; again for "
            "more."
        ),
    ],
    days: Annotated[int | None, typer.Option(help="How long it works; else until it is revoked.", min=1)] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Make a token and show it once; only its hash is kept."""
    from flows.home import now
    from transcribe.people import new_token

    valid = None if days is None else timedelta(days=days)
    created = new_token(home_of(ctx).store, name, scope, now(), valid)
    named = {each.split(":")[2] for each in created.token.scopes if each.count(":") == 2}
    for form in sorted(named - set(form_library(ctx).names())):
        terminal.note(f"There is no form {form} here yet: until it is installed, that scope opens nothing.")
    if as_json:
        terminal.as_json(
            {"token": created.secret, "prefix": created.token.prefix, "scopes": sorted(created.token.scopes)}
        )
    else:
        terminal.say(created.secret)
        terminal.note("This is shown once. `fairhand tokens revoke " + created.token.prefix + "` ends it.")


@tokens.command("list")
def list_tokens(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List tokens by prefix and scopes."""
    known = home_of(ctx).store.tokens()
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
                for token in known
            )
        )
    else:
        rows = (
            (token.prefix, token.name, ", ".join(sorted(token.scopes)), "revoked" * bool(token.revoked_at))
            for token in known
        )
        terminal.columns(
            ("prefix", "name", "scopes", ""), rows, "No program has a token yet: fairhand tokens add NAME --scope SCOPE"
        )


@tokens.command("revoke")
def revoke(ctx: typer.Context, prefix: Annotated[str, typer.Argument(help="The token's prefix.")]) -> None:
    """End a token at once."""
    from flows.home import now

    home_of(ctx).store.revoke_token(prefix, now())
    terminal.say(f"The token {prefix} works no more.")
