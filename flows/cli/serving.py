"""The command that keeps running: serve."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.app import app, settings_of


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
    from flows.serving import Serving

    try:
        browsable(public_url or "")
    except ValueError as error:
        raise typer.BadParameter(f"--public-url {public_url!r} is no address: {error}.") from None
    settings = settings_of(ctx)
    given = {"port": port, "host": host, "public_url": public_url, "insecure": insecure}
    chosen = {name: value for name, value in given.items() if value is not None}
    Serving(settings.model_copy(update=chosen)).run()
