"""Commands about one value: correct it, have it asked again, lock and unlock it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of
from flows.cli.who_acts import By

if TYPE_CHECKING:
    from flows.home import Home
    from transcribe.model import FieldKey

value = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Mend one value: correct, ask, lock.")
app.add_typer(value, name="value")

ScanName = Annotated[
    str, typer.Argument(help="The scan: its id, the beginning of it, or its file's name.", metavar="SCAN")
]
"""The argument that names a scan."""

FieldName = Annotated[
    str, typer.Argument(help='The field: "total", or "lines.quantity[2]": rows count from 0.', metavar="FIELD")
]
"""The argument that names a field of it."""

MAY_BE_NEGATIVE = {"ignore_unknown_options": True}
"""Settings of a command one of whose arguments may begin with a minus, as -21.00 does."""


def no_option(text: str) -> str:
    """The text of such an argument; BadParameter where it is a mistyped option."""
    if text.startswith("--"):
        raise typer.BadParameter(f"there is no option {text}")
    return text


Why = Annotated[str, typer.Option(help="Why; it is kept, shown by scan explain, and told to those who read the field.")]
"""The option of every command here."""


@value.command("correct", context_settings=MAY_BE_NEGATIVE)
def correct(
    ctx: typer.Context,
    scan: ScanName,
    field: FieldName,
    text: Annotated[
        str, typer.Argument(help="What is written there, as it is written; empty for blank.", callback=no_option)
    ],
    why: Why,
    by: By = "",
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Take it as it stands on the paper, whatever the form says.")
    ] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """Say what a field says: the last word on it, and a new version of its record.

    All readings stay. It is taken back with fairhand quarantine withdraw READING.
    """
    from flows.home import now
    from flows.mending import require_fitting
    from flows.output import rules_broken

    home, whole, key = _field(ctx, scan, field)
    require_fitting(home, whole, key, text, no_value=anyway, other_pattern=anyway)
    before = {each.id for each in home.store.readings(whole)}
    reading = home.store.correct_value(whole, key, text, by, why, now())
    say_weighed(home, whole, key, as_json=as_json, reading=reading)
    for broken in () if as_json else rules_broken(home, whole, key):
        terminal.note(broken)
    if reading in before:
        terminal.note("It was corrected so already: nothing has changed.")


@value.command("ask")
def ask(
    ctx: typer.Context,
    scan: ScanName,
    field: FieldName,
    why: Why,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Have one more person asked what a field says; its value stands until they have read it. It is not undone."""
    from flows.home import now
    from flows.mending import require_shown

    home, whole, key = _field(ctx, scan, field)
    require_shown(home, whole, key)
    is_new = home.store.ask_value(whole, key, by, why, now())
    say_weighed(home, whole, key, as_json=as_json)
    if not is_new:
        terminal.note("It is asked again already: nothing has changed.")


@value.command("lock")
def lock(
    ctx: typer.Context,
    scan: ScanName,
    field: FieldName,
    why: Why,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Have a decided value stand, whatever is read or learnt later; fairhand value unlock ends it."""
    from flows.home import now

    home, whole, key = _field(ctx, scan, field)
    is_new = home.store.lock_value(whole, key, by, why, now())
    say_weighed(home, whole, key, as_json=as_json)
    if not is_new:
        terminal.note("It was locked already: nothing has changed.")


@value.command("unlock")
def unlock(
    ctx: typer.Context,
    scan: ScanName,
    field: FieldName,
    why: Why,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Have a locked value weighed again."""
    from flows.home import now

    home, whole, key = _field(ctx, scan, field)
    was_locked = home.store.unlock_value(whole, key, by, why, now())
    say_weighed(home, whole, key, as_json=as_json)
    if not was_locked:
        terminal.note("It was not locked: nothing has changed.")


def _field(ctx: typer.Context, scan: str, field: str) -> tuple[Home, str, FieldKey]:
    from transcribe.model import FieldKey

    home = home_of(ctx)
    return home, home.store.scan(scan).id, FieldKey.parse(field)


def say_weighed(home: Home, scan: str, key: FieldKey, *, as_json: bool, reading: str | None = None) -> None:
    """Weigh the scan, publish, and say how the field stands now."""
    from flows.steps import reconcile_to_the_end

    reconcile_to_the_end(home)
    decided = next((each for each in home.store.decisions(scan) if each.key == key), None)
    is_locked, is_asked = key in home.store.locked_values(scan), key in home.store.values_asked_again(scan)
    if as_json:
        told = None if decided is None else {"text": decided.text, "version": decided.version, "null": decided.null}
        of_field = {"scan": scan, "field": str(key), "reading": reading}
        terminal.as_json({**of_field, "decided": told, "locked": is_locked, "asked_again": is_asked})
        return
    stands = "is not decided" if decided is None else f"is {decided.null or repr(decided.text)}"
    more = [word for word, true in (("locked", is_locked), ("asked again", is_asked)) if true]
    terminal.say(f"{key} {', '.join([stands, *more])}.")
    if reading is not None:
        terminal.say(f"To take it back: fairhand quarantine withdraw {reading} --why WHY")
