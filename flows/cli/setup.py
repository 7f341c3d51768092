"""Commands that set fairhand up: init and doctor."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of, now, settings_of
from flows.terminal import print_counts
from transcribe.errors import SettingsError
from transcribe.i18n import counted

if TYPE_CHECKING:
    from flows.administration import EngineState
    from flows.home import Home, Settings
    from flows.house import FoundPart
    from transcribe.store import Quarantined, ScanState, SetAside


LOST_WITH_KEY = """state.key is new and everything opens again. Scans, readings, pay and people are as they were.
Lost with the old key is:
- the proof of what was written until now: fairhand log verify finds the log and every seal broken from the first.
  Check pay against what you exported before, and keep a copy of state.db as it is today.
- scans that state.erased alone knows as forgotten, where an older state was put back: forget them again if they come.
- that something sent or read before is known again by its hash: a reading sent once more is an unpaid correction, and
  a scan that machines read again has their readings once more.
Put the new state.key into your backup now, apart from the databases."""
"""What is said where a new key was made: all that the old one was for."""


@app.command()
def init(
    ctx: typer.Context,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="state.key is lost for good: make another, and say what is lost with it.")
    ] = False,
) -> None:
    """Make the folder of all data: the state, a key, forms, and a settings file in which everything is explained."""
    from flows.home import SETTINGS_FILE, open_home, settings_file
    from transcribe.store import renew_key

    settings = settings_of(ctx)
    if new_key:
        if settings.state_url:
            raise SettingsError("A state in PostgreSQL gets no new key: put state.key back from one of its homes.")
        renew_key(settings.state, now())
        typer.echo(LOST_WITH_KEY)
        return
    open_home(settings).close()
    file = settings.home / SETTINGS_FILE
    if not file.exists():
        file.write_text(settings_file(), encoding="utf-8")
    terminal.say(f"{settings.home} is ready; its settings stand in {file}.")


@app.command()
def doctor(
    ctx: typer.Context,
    as_json: terminal.AsJson = False,
    deep: Annotated[bool, typer.Option("--deep", help="Also read every picture and both databases whole.")] = False,
) -> None:
    """Look for what keeps fairhand from working here, and say what mends it."""
    from flows.administration import checks, engines, examine, examine_deeply
    from flows.home import has_state, state_place
    from flows.house import found_parts

    settings = settings_of(ctx)
    is_made = has_state(settings)
    states, findings = list(engines(settings)), list(examine(settings))
    findings += examine_deeply(settings) if deep else ()
    if as_json:
        terminal.as_json(
            *states,
            *(_part_json(part, settings) for part in found_parts()),
            *findings,
        )
    else:
        for state in states:
            terminal.say(_engine_in_words(state))
        for part in found_parts():
            off = " (switched off)" if part.name in settings.parts_off else ""
            terminal.say(f"part {part.name}{off}: {part.problem or f'{part.distribution} {part.version}'}")
        if settings.state_url:
            terminal.say(f"The state is in {state_place(settings)}.")
        if not is_made:
            terminal.say(f"{settings.home} holds no home: only this machine was looked at. fairhand init makes one.")
        for finding in findings:
            terminal.say(f"{finding.check}: {finding.message}\n    mend it: {finding.mend}")
        if not findings:
            more = ("pictures", "triggers", "key") if deep and is_made else ()
            terminal.say(f"All is well: {', '.join((*checks(settings), *more))}.")
    wrong = [finding for finding in findings if not finding.warning]
    if wrong:
        raise typer.Exit(3 if any(finding.machine for finding in wrong) else 1)


@app.command()
def prune(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them; else they are only listed.")] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """List the files of the archive that no scan names, a day old or more; with --yes remove them."""
    from flows.administration import orphaned_files, remove_orphans

    home = home_of(ctx)
    names = remove_orphans(home, now()) if yes else list(orphaned_files(home, now()))
    if as_json:
        terminal.as_json({"removed" if yes else "orphans": names})
        return
    for name in names:
        typer.echo(name)
    if not names:
        typer.echo("Every file of the archive that is older than a day is of a scan.")
    elif yes:
        typer.echo(f"{len(names)} files removed.")
    else:
        typer.echo(
            f"{len(names)} files are of no scan. Put state.db back from a backup first if scans are missing; "
            "fairhand prune --yes removes the files for good."
        )


def _part_json(part: FoundPart, settings: Settings) -> dict[str, str | bool]:
    told = {"part": part.name, "distribution": part.distribution, "version": part.version, "problem": part.problem}
    return {**told, "used": not part.problem and part.name not in settings.parts_off}


def _engine_in_words(state: EngineState) -> str:
    readings = ", ".join(state.sources) or state.problem
    languages = f"; languages: {', '.join(state.languages)}" if state.languages else ""
    return f"engine {state.engine}{'' if state.used else ' (not in use)'}: {readings}{languages}"


# The command that looks at what is there.

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
        terminal.as_json(status_json(home, counts, aside, batch))
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
        terminal.say(f"\n{counted(len(again), 'photograph')} to look at:")
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


# Commands about the log of what was done: list and verify.

log = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Show and verify the log of what was done.")
app.add_typer(log, name="log")

HEAD_MISSING = (
    "That head is not in this log. Either it is the head of another home, or this log was cut or made anew since: what "
    "was written last is missing, as after a restore of an older backup. Its {lines} hold by themselves, with the head "
    "{head}"
)
"""What is said of a head that was kept elsewhere and is not met. A log that lost its end holds by itself."""


@log.command("list")
def list_log(
    ctx: typer.Context,
    as_json: terminal.AsJson = False,
    after: Annotated[int, typer.Option(help="Only lines after this number.")] = 0,
) -> None:
    """List what was done and by whom; people by the names that they have now, in JSON by their ids."""
    from flows.mending import act_in_words

    store = home_of(ctx).store
    names = {person.id: person.handle for person in store.transcribers()}
    lines, why = store.audit(after), {act.number: act.reason or "" for act in store.acts()}
    if as_json:
        terminal.as_json(*({**dataclasses.asdict(line), "why": _why(line.detail, why) or None} for line in lines))
    else:
        rows = (
            (
                line.number,
                f"{line.at:%Y-%m-%d %H:%M:%S}",
                names.get(line.actor, line.actor),
                act_in_words(line.action, line.detail),
                names.get(line.subject, line.subject),
                _why(line.detail, why),
            )
            for line in lines
        )
        terminal.columns(
            ("line", "at", "who", "did", "to", "why"),
            rows,
            "Nothing was done yet." if not after else f"There is no line after {after}.",
        )


def _why(detail: Mapping[str, object], reasons: Mapping[int, str]) -> str:
    """Why this was done; "" where nobody was asked, or the words went with a scan or a person that is forgotten."""
    act = detail.get("act")
    return reasons.get(act, "") if isinstance(act, int) else str(detail.get("why", ""))


@log.command("verify")
def verify_log(
    ctx: typer.Context,
    as_json: terminal.AsJson = False,
    head: Annotated[str | None, typer.Option(help="A head that was saved elsewhere: it must be in the chain.")] = None,
) -> None:
    """Check that nothing was changed or taken out of the log and of what decides money or values, and print the head.

    The head of the log is to be kept elsewhere. It finds what was written without the key of the state (state.key).
    """
    from flows.administration import forgery_sentence

    if head is not None and not re.fullmatch("[0-9a-f]{64}", head):
        raise typer.BadParameter(f"{head!r} is no head of a log. It has 64 figures and letters from a to f.")
    state = home_of(ctx).store.verify_audit(head)
    if as_json:
        terminal.as_json({**dataclasses.asdict(state), "whole": state.whole})
    elif state.whole:
        terminal.say(f"The log of {state.lines} lines is whole. Its head is {state.head}")
    elif state.head_missing:
        terminal.say(HEAD_MISSING.format(lines=counted(state.lines, "line"), head=state.head))
    elif state.broken_at is not None:
        terminal.say(f"The log does not hold from line {state.broken_at} on: it was changed, or lines were taken out.")
    for each in state.forgeries if not as_json else ():
        terminal.say(forgery_sentence(each))
    if not state.whole:
        raise typer.Exit(1)
