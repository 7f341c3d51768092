"""Commands about fields whose value is known: added, listed, withdrawn, and their share of the work."""

from __future__ import annotations

from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of
from flows.cli.value import MAY_BE_NEGATIVE, By, FieldName, ScanName, no_option

gold = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Known values among the work, and their share.")
app.add_typer(gold, name="gold")

Why = Annotated[str, typer.Option(help="Why; it is kept.")]
"""The option that says why."""


@gold.command("add", context_settings=MAY_BE_NEGATIVE)
def add(
    ctx: typer.Context,
    scan: ScanName,
    field: FieldName,
    text: Annotated[str, typer.Argument(help="What is written there, as it is written.", callback=no_option)],
    why: Why,
    by: By = "operator",
) -> None:
    """Say what a field is known to say: people may be tested by it, and what is learnt is judged by it.

    It changes no value: that does fairhand value correct. Values that an expert and two people read alike, each without
    having seen another's, become known by themselves.
    """
    from flows.home import now
    from flows.mending import require_fitting
    from transcribe.errors import SettingsError
    from transcribe.model import FieldKey

    home, key = home_of(ctx), FieldKey.parse(field)
    whole = home.store.scan(scan).id
    if not text.strip():
        raise SettingsError("A blank is no known value: nobody could tell a reading of it from a skip.")
    require_fitting(home, whole, key, text, other_pattern=True)
    home.store.add_gold(whole, key, text, by, why, now())
    terminal.say(f"{key} of {terminal.one_line(home.store.scan(whole).name or whole[:12])} is known: {text!r}.")


@gold.command("share")
def share(
    ctx: typer.Context,
    share: Annotated[float, typer.Argument(help="The share of the work, such as 0.05.", min=0.0, max=1.0)],
) -> None:
    """Set the share of known values among the work; everybody is shown it."""
    from flows.home import now

    home_of(ctx).store.put_control_share(share, now())
    terminal.say(f"{share:.1%} of the work are known values from now on.")


@gold.command("list")
def list_gold(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List the known values in use with how many answers were as expected: one that good readers fail is wrong."""
    from transcribe.people import is_same_text

    home, rows = home_of(ctx), []
    for item in home.store.control_answers():
        scan, key, text = home.store.scan(item.truth.scan), item.truth.key, item.truth.text
        form = home.forms(scan.form, scan.form_version)
        field = form.field(key.name)
        right = sum(is_same_text(reading.text or "", text, field, form) for reading in item.readings)
        answers = {"answers": len(item.readings), "as_expected": right}
        rows.append({"scan": scan.id, "field": str(key), "text": text, **answers})
    if as_json:
        terminal.as_json(*rows)
    elif rows:
        terminal.columns(list(rows[0]), ([terminal.one_line(str(value)) for value in row.values()] for row in rows))


@gold.command("withdraw")
def withdraw(ctx: typer.Context, scan: ScanName, field: FieldName) -> None:
    """Take a wrong known value out of use, and tell everybody who was tested by it. It never comes back by itself."""
    from flows.home import now
    from transcribe.model import FieldKey

    store, key = home_of(ctx).store, FieldKey.parse(field)
    known = store.scan(scan)
    store.withdraw_truth(known.id, key, now())
    terminal.say(f"{key} of {terminal.one_line(known.name or known.id[:12])} is no longer held to be known.")
