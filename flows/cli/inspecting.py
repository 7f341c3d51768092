"""The command that looks at what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of
from flows.terminal import print_counts
from transcribe.i18n import counted

if TYPE_CHECKING:
    from flows.home import Home, Settings
    from transcribe.store import Quarantined, ScanState, SetAside

FILE_ERRORS = ("ScanError", "FormError")
"""Errors that are about a file; others are failures of the program or of the machine."""


@app.command()
def status(
    ctx: typer.Context,
    as_json: terminal.AsJson = False,
    batch: Annotated[str | None, typer.Option(help="Only the scans of this batch.")] = None,
    scans: Annotated[bool, typer.Option("--scans", help="List every scan too.")] = False,
) -> None:
    """Say what is done, what waits for people and why, and which files were set aside."""
    from flows.administration import missing_in_words
    from flows.output import duplicates_of, waiting_duplicates
    from flows.steps import held_forms
    from flows.views import status_json

    home = home_of(ctx)
    if batch is not None:
        home.store.require_batch(batch)
    counts = home.store.counts(batch)
    aside = [file for file in home.store.list_set_aside() if batch in (None, file.batch)]
    if as_json:
        terminal.as_json(status_json(home, counts, aside, batch).model_dump(mode="json"))
        return
    _print_place(home.settings)
    print_counts(counts)
    _print_cancelled(home, batch)
    _print_missing_people([missing_in_words(each) for each in home.store.missing_people()])
    _print_set_aside(aside)
    _print_scans_aside([state for state in home.store.scan_states(batch) if state.set_aside and not state.erased_at])
    _print_ignored_patterns(home.forms.ignored_patterns())
    _print_held_forms(held_forms(home.settings))
    _print_quarantined([each for each in home.store.quarantined() if batch in (None, each.scan.batch)])
    for line in waiting_duplicates(duplicates_of(home, batch)):
        terminal.say(f"\n{line}")
    _print_photo_advice(
        [state for state in home.store.scan_states(batch) if state.advice and not state.set_aside], home.settings
    )
    if scans:
        terminal.say("")
        terminal.columns(
            ("scan", "name", "form", "fields", "decided", "open", "not asked", "batch", ""),
            map(_row, home.store.scan_states(batch)),
        )


def _print_place(settings: Settings) -> None:
    from flows.home import state_place

    if settings.state_url:
        terminal.say(f"The state is in {state_place(settings)}.\n")


def _print_cancelled(home: Home, batch: str | None) -> None:
    at = home.store.batch(batch).cancelled_at if batch is not None else None
    if at is not None:
        terminal.say(f"\nThis batch was cancelled at {at:%Y-%m-%d %H:%M} UTC; nothing new is asked of it.")


def _print_set_aside(aside: list[SetAside]) -> None:
    for what, listed in (
        ("set aside", [file for file in aside if file.error in FILE_ERRORS]),
        ("failed, and not read", [file for file in aside if file.error not in FILE_ERRORS]),
    ):
        if listed:
            terminal.say(f"\n{len(listed)} {what}:")
        for each in listed:
            terminal.say(f"  {terminal.with_file(each.file.name, each.message)}")


def _print_scans_aside(aside: list[ScanState]) -> None:
    if aside:
        terminal.say(f"\n{counted(len(aside), 'scan')} set aside, about which nobody is asked:")
    for state in aside:
        terminal.say(f"  {terminal.with_file(state.scan.name or state.scan.id[:12], state.aside_because)}")


def _print_missing_people(told: list[str]) -> None:
    if told:
        terminal.say("\nPeople are missing:")
    for each in told:
        terminal.say(f"  {each}")


def _print_ignored_patterns(told: list[str]) -> None:
    if told:
        terminal.say(f"\n{len(told)} not used of the patterns of forms:")
    for each in told:
        terminal.say(f"  {each}")


def _print_photo_advice(again: list[ScanState], settings: Settings) -> None:
    if again:
        terminal.say(f"\n{len(again)} to photograph again:")
    for state in again:
        terminal.say(
            f"  {terminal.one_line(state.scan.name)}: {terminal.photo_advice(state.advice, settings.spoken_language)}"
        )
    if again:
        terminal.say("Give the better picture of it: fairhand scan retake SCAN PICTURE --why WHY.")
        terminal.say("What is no order at all: fairhand scan set-aside SCAN --why WHY. Nobody is asked about it then.")


def _print_held_forms(told: list[str]) -> None:
    if told:
        terminal.say("\nNot published:")
    for each in told:
        terminal.say(f"  {each}")


def _print_quarantined(apart: list[Quarantined]) -> None:
    if apart:
        terminal.say(f"\n{len(apart)} could not be weighed, see fairhand quarantine list:")
    for each in apart:
        terminal.say(f"  {terminal.with_file(each.scan.name or each.scan.id[:12], each.message)}")


def _row(state: ScanState) -> tuple[object, ...]:
    form = f"{state.scan.form} {state.scan.form_version}" if state.scan.form else "unknown"
    counts = state.fields, state.decided, state.open_fields, state.unasked_fields
    mark = "forgotten" if state.erased_at else "set aside" if state.set_aside else ""
    return state.scan.id[:12], state.scan.name, form, *counts, state.scan.batch, mark
