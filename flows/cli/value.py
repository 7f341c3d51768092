"""Commands about one value: correct it, have it asked again, lock and unlock it, and say what it is known to be."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import By, app, by_option, home_of, now
from transcribe.i18n import counted

if TYPE_CHECKING:
    from flows.home import Home
    from transcribe.model import FieldKey, Reading
    from transcribe.store import Quarantined, Store

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


# Commands about scans that could not be weighed: list them, withdraw the reading to blame, try again.

quarantine = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Scans that could not be weighed: list, withdraw, retry."
)
app.add_typer(quarantine, name="quarantine")


@quarantine.command("list")
def list_quarantined(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List the scans that could not be weighed, with the error and the reading to blame, longest first."""
    store = home_of(ctx).store
    found = store.quarantined()
    if as_json:
        terminal.as_json(*(_told(store, each) for each in found))
        return
    if not found:
        terminal.say("No scan is in quarantine.")
    for each in found:
        terminal.say(terminal.with_file(each.scan.name or each.scan.id[:12], each.message))
        terminal.say(f"  scan {each.scan.id[:12]}, {each.tries} tries since {each.since:%Y-%m-%d %H:%M} UTC")
        blamed = _blamed(store, each)
        if blamed is not None:
            terminal.say(f"  because of reading {blamed.id} of {blamed.key} by {_by(store, blamed)}")


@quarantine.command("withdraw")
def withdraw(
    ctx: typer.Context,
    reading: Annotated[str, typer.Argument(help="The reading's id, or the beginning of it.")],
    reason: Annotated[
        str,
        typer.Option(
            "--why", "--reason", help="Why it is taken out of weighing; kept with it, and told to its person."
        ),
    ],
    by: Annotated[str, by_option("Who withdraws it; kept with it.")] = "",
) -> None:
    """Take a reading out of weighing, and weigh its scan again. It stays in the store, and so does what was paid.

    So a correction is taken back too: fairhand value correct prints its id, and so does scan explain.
    """
    from flows.steps import reconcile_to_the_end
    from transcribe.model import WHOLE

    if not reason.strip():
        raise typer.BadParameter("--why says why the reading is withdrawn; it cannot be empty.")
    home = home_of(ctx)
    if not home.store.withdraw_reading(reading, by, reason.strip(), now()):
        terminal.say("It was withdrawn before; nothing has changed.")
        return
    scan, key = home.store.field_of_reading(reading)
    terminal.say("Withdrawn; its scan was weighed again.")
    if key == WHOLE:
        reconcile_to_the_end(home)
    else:
        say_weighed(home, scan, key, as_json=False)


@quarantine.command("retry")
def retry(
    ctx: typer.Context,
    scan: Annotated[str | None, typer.Argument(help="A scan: id, its beginning, or its file's name; else all.")] = None,
) -> None:
    """Have scans in quarantine weighed again, after what was wrong is mended."""

    count = home_of(ctx).store.retry_quarantined(now(), scan)
    terminal.say(f"{counted(count, 'scan')} will be weighed again: fairhand reconcile, or wait for serve.")


def _told(store: Store, each: Quarantined) -> dict[str, object]:
    blamed = _blamed(store, each)
    return {
        "scan": each.scan.id,
        "name": each.scan.name,
        "error": each.error,
        "message": each.message,
        "reading": each.reading,
        "field": None if blamed is None else str(blamed.key),
        "by": None if blamed is None else _by(store, blamed),
        "text": None if blamed is None else blamed.text,
        "tries": each.tries,
        "since": each.since,
        "retry_at": each.retry_at,
    }


def _blamed(store: Store, each: Quarantined) -> Reading | None:
    return next((one for one in store.readings(each.scan.id) if one.id == each.reading), None)


def _by(store: Store, reading: Reading) -> str:
    return reading.source if reading.task is None else store.transcriber(reading.source).handle


# Commands about fields whose value is known: added, listed, withdrawn, and their share of the work.

gold = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Known values among the work, and their share.")
app.add_typer(gold, name="gold")

WhyKnown = Annotated[str, typer.Option(help="Why; it is kept.")]
"""The option that says why."""


@gold.command("add", context_settings=MAY_BE_NEGATIVE)
def add(
    ctx: typer.Context,
    scan: ScanName,
    field: FieldName,
    text: Annotated[str, typer.Argument(help="What is written there, as it is written.", callback=no_option)],
    why: WhyKnown,
    by: By = "",
) -> None:
    """Say what a field is known to say: people may be tested by it, and what is learnt is judged by it.

    It changes no value: that does fairhand value correct. Values that an expert and two people read alike, each without
    having seen another's, become known by themselves.
    """
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
def withdraw_gold(ctx: typer.Context, scan: ScanName, field: FieldName, why: WhyKnown, by: By = "") -> None:
    """Take a wrong known value out of use, and tell everybody who was tested by it. It never comes back by itself."""
    from transcribe.model import FieldKey

    store, key = home_of(ctx).store, FieldKey.parse(field)
    known = store.scan(scan)
    was_known = store.withdraw_truth(known.id, key, by, why, now())
    said = "is no longer held to be known" if was_known else "is not held to be known; nothing has changed"
    terminal.say(f"{key} of {terminal.one_line(known.name or known.id[:12])} {said}.")
