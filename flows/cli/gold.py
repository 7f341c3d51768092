"""Commands about fields whose value is known: added, listed, withdrawn, and their share of the work."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import By, app, home_of
from flows.cli.value import MAY_BE_NEGATIVE, FieldName, ScanName, no_option

if TYPE_CHECKING:
    from flows.home import Home
    from transcribe.model import FieldKey

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
    by: By = "",
) -> None:
    """Say what a field is known to say: people may be tested by it, and what is learnt is judged by it.

    It changes no value: that does fairhand value correct. Values that an expert and two people read alike, each without
    having seen another's, become known by themselves.
    """
    from flows.home import now
    from flows.mending import NO_KNOWN_VALUE, require_fitting
    from transcribe.errors import SettingsError
    from transcribe.model import FieldKey

    home, key = home_of(ctx), FieldKey.parse(field)
    whole = home.store.scan(scan).id
    if not text.strip():
        raise SettingsError("A blank is no known value: nobody could tell a reading of it from a skip.")
    require_fitting(home, whole, key, text, other_pattern=True, as_it_is=NO_KNOWN_VALUE)
    before = next((each for each in home.store.truths(whole) if each.key == key), None)
    called = f"{key} of {terminal.one_line(home.store.scan(whole).name or whole[:12])}"
    if before is not None and (before.text, before.origin) == (text, "gold"):
        terminal.say(f"{called} is known already: {text!r}. Nothing has changed.")
        return
    home.store.add_gold(whole, key, text, by, why, now())
    instead = "" if before is None or before.text == text else f", and no longer {before.text!r}"
    terminal.say(f"{called} is known: {text!r}{instead}.")
    _note_other_value(home, whole, key, text)


def _note_other_value(home: Home, scan: str, key: FieldKey, text: str) -> None:
    """Say so where a field was decided otherwise than it is known to be, and how its record is corrected."""
    from transcribe.people import is_same_text

    decided = next((each for each in home.store.decisions(scan) if each.key == key), None)
    known = home.store.scan(scan)
    form = home.forms(known.form, known.form_version)
    if decided is None or (not decided.null and is_same_text(decided.text, text, form.field(key.name), form)):
        return
    command = shlex.join(["fairhand", "value", "correct", scan[:12], str(key), text])
    terminal.note(f"It was decided otherwise: {decided.null or repr(decided.text)}. To correct it: {command} --why WHY")


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
    from flows.views import known_values

    rows = [each.model_dump() for each in known_values(home_of(ctx))]
    if as_json:
        terminal.as_json(*rows)
    elif rows:
        terminal.columns(list(rows[0]), ([*{**row, "scan": row["scan"][:12]}.values()] for row in rows))
    else:
        terminal.say("No value is held to be known.")


@gold.command("withdraw")
def withdraw(ctx: typer.Context, scan: ScanName, field: FieldName, why: Why, by: By = "") -> None:
    """Take a wrong known value out of use, and tell everybody who was tested by it. It never comes back by itself."""
    from flows.home import now
    from transcribe.model import FieldKey

    store, key = home_of(ctx).store, FieldKey.parse(field)
    known = store.scan(scan)
    was_known = store.withdraw_truth(known.id, key, by, why, now())
    said = "is no longer held to be known" if was_known else "is not held to be known; nothing has changed"
    terminal.say(f"{key} of {terminal.one_line(known.name or known.id[:12])} {said}.")
