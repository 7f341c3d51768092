"""The command that takes files in."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, settings_of
from flows.cli.ended_by_hand import said_when_ended
from flows.cli.who_acts import by_option
from transcribe.i18n import counted, plural

if TYPE_CHECKING:
    from flows.home import Home, Settings
    from flows.steps import Because, Ingested


Again = Annotated[bool, typer.Option("--again", help="Read known scans anew; take forgotten ones in.")]
"""Whether what is known is read again."""

Why = Annotated[str, typer.Option(help="With --again: why; kept with the scans.")]
"""Why it is."""

By = Annotated[str, by_option("With --again: who has it done.")]
"""Who has it done."""


NoRead = Annotated[bool, typer.Option("--no-read", help="Leave reading to shifts (fairhand shift), and end.")]
"""Whether other processes read what is taken in."""


MAX_OTHER_NAMES = 5
"""So many files that are known under another name are named. Chosen by hand."""

STARTING_MESSAGE = "Starting what reads the files; the first scan may take a minute or two."
"""What is said at once: starting takes 7 s on an idle machine and two minutes on a busy one."""


@app.command()
def ingest(
    ctx: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(help="Files and folders: JPEG, PNG, TIFF, HEIF, PDF.", metavar="PATH...")
    ],
    form: Annotated[str, typer.Option(help="The name of a form, the path of its definition, or auto: find out which.")],
    batch: Annotated[str, typer.Option(help="A name for these files together; else the time.")] = "",
    no_read: NoRead = False,
    again: Again = False,
    why: Why = "",
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Take files in, have machines read them, decide or ask people. The same files again change nothing.

    With --again they are read anew, also as another form: what was read before stays as history.
    """
    from flows.home import now, open_home
    from flows.runtime import prefect_for
    from flows.steps import time_name

    settings = settings_of(ctx)
    terminal.require_existing(paths)
    because, name = _because(by, why, no_read=no_read) if again else None, batch or time_name(now())
    home = open_home(settings)
    _check(home, form, name, again=again)
    terminal.note(STARTING_MESSAGE)
    with said_when_ended(), terminal.progress("taking in" if no_read else "reading") as progress, prefect_for(settings):
        from flows.ingest import ingest_batch

        done = ingest_batch(settings.home, paths, form, name, settings.cores, progress, because, read=not no_read)
    retake = _advice(home, name, paths)
    others, missed = _not_taken(paths, settings)
    if as_json:
        more = {"passed_over": others, "unreached": missed, "again": retake}
        terminal.as_json({**dataclasses.asdict(done), "changed": done.changed, **more})
    else:
        _print(done, others, missed, form, again=again)
        _print_advice(retake, home, name)
    _exit(done, missed)


def _exit(done: Ingested, missed: object) -> None:
    """End with 1 where not all went well."""
    if done.set_aside or done.failed or done.without or done.unfinished or missed:
        raise typer.Exit(1)


def _print(done: Ingested, others: Sequence[str], missed: Sequence[tuple[str, str]], form: str, *, again: bool) -> None:
    if not done.files:
        terminal.say(f"{terminal.NO_PICTURE_MESSAGE}; nothing has changed.")
    elif done.changed or not done.scans:
        scans, files = counted(done.scans, "scan"), counted(done.files, "file")
        terminal.say(f"{scans} in {files}: {done.read} read, {done.known} known already.")
    elif done.known > done.forgotten:
        others_too = "{n} scans are" if done.forgotten else "All {n} scans are"
        known = plural(done.known - done.forgotten, "This scan is", others_too)
        terminal.say(f"{known} known already; nothing has changed.")
    if done.read_again:
        terminal.say(f"{done.read_again} of them were known, and were read again; what was read before is history.")
    _print_waiting(done)
    _print_known(done, form, again=again)
    if done.forgotten:
        terminal.say(
            f"{plural(done.forgotten, '{n} scan was forgotten, and is', '{n} scans were forgotten, and are')} not "
            "taken in again: what is erased stays erased, unless "
            "somebody says otherwise: fairhand ingest --again --why WHY --form NAME PATH..."
        )
    if done.healed:
        terminal.say(
            f"Pictures of {done.healed} known scans were lost or damaged in the archive; they were kept again."
        )
    if done.unidentified:
        terminal.say(f"{done.unidentified} of an unknown form wait for a person to say which it is.")
    for what, listed in (("set aside", done.set_aside), ("failed", done.failed)):
        for name, message in listed:
            terminal.say(f"{what}: {terminal.with_file(name, message)}")
    for name, engine in done.without:
        terminal.say(
            f"{terminal.one_line(name)}: {engine} failed on it; the other engines read it, and people are asked."
        )
    if done.unfinished:
        terminal.say(f"What was read is kept, and not weighed and published to the end: {done.unfinished}")
    for folder, reason in missed:
        terminal.say(terminal.unreached_message(folder, reason))
    if others:
        terminal.say(terminal.passed_over_message(others))


def _print_waiting(done: Ingested) -> None:
    """Who reads what this command has left to others."""
    if done.waiting:
        wait = plural(done.waiting, "{n} scan waits", "{n} scans wait")
        terminal.say(f"{wait} to be read: fairhand shift does it, in any number of processes, on several machines.")


def _check(home: Home, form: str, batch: str, *, again: bool) -> None:
    """What is wrong with a form, its languages, its pay, the batch or the archive is said before anything begins.

    What is read `again` may be kept anew where every picture is lost.
    """
    from flows.administration import require_fair_start
    from flows.home import require_own_archive
    from flows.steps import AUTO_FORM, forms_of, require_open_batch, require_readable

    for name in (form,) if form != AUTO_FORM else home.forms.names():
        home.use_form(name)
    require_readable(home, form)
    require_fair_start(home, forms_of(home, form))
    require_open_batch(home, batch)
    if not again:
        require_own_archive(home)


def _not_taken(paths: list[Path], settings: Settings) -> tuple[list[str], list[tuple[str, str]]]:
    """The files that are passed over, and the folders that nobody could look into, with why."""
    from transcribe.intake import passed_over, shown_path, unreached

    own = settings.picture_folders
    missed = [(shown_path(each.path), each.reason) for each in unreached(paths, own_folders=own)]
    return [shown_path(path) for path in passed_over(paths, own_folders=own)], missed


def _advice(home: Home, batch: str, paths: list[Path]) -> dict[str, Sequence[str]]:
    """What is to be photographed again of the files that were given, by the name of each scan."""
    from transcribe.intake import gather

    given = {path.name for path in gather(paths, own_folders=home.settings.picture_folders)}
    states = home.store.scan_states(batch)[::-1]
    return {
        state.scan.name: state.advice
        for state in states
        if state.advice and given & {state.scan.name, state.scan.name.rpartition(" p. ")[0]}
    }


def _print_advice(retake: Mapping[str, Sequence[str]], home: Home, batch: str) -> None:
    """What is to be photographed again, and what may be an order that came before."""
    from flows.output import duplicates_of, waiting_duplicates

    for scan, codes in retake.items():
        terminal.say(f"{terminal.one_line(scan)}: {terminal.photo_advice(codes, home.settings.spoken_language)}")
    for line in waiting_duplicates(duplicates_of(home, batch)):
        terminal.say(line)


def _because(by: str, why: str, *, no_read: bool) -> Because:
    from flows.steps import Because

    if no_read:
        raise typer.BadParameter("What is known is read again by this command itself: leave out --no-read or --again.")
    if not why.strip():
        raise typer.BadParameter("--again wants to know why: --why WHY. It is kept with the scans.")
    return Because(by=by, why=why.strip())


def _other_names(done: Ingested) -> list[str]:
    """Which files are known under another name, as the scan is called, a line each."""
    pairs = dict.fromkeys((str(each["given"]), str(each["name"])) for each in done.known_as)
    lines = [
        f"{given} is the same file as {name}; the scan is found by both names."
        for given, name in pairs
        if given != name
    ]
    more = [f"So are {len(lines) - MAX_OTHER_NAMES} more, under other names."] if len(lines) > MAX_OTHER_NAMES else []
    return [*lines[:MAX_OTHER_NAMES], *more]


def _print_known(done: Ingested, form: str, *, again: bool) -> None:
    """As what scans are known, where, since when, and how to have them read as something else."""
    groups: dict[tuple[str, str], list[str]] = {}
    for each in done.known_as:
        known_form = f"{each['form']} version {each['version']}" if each["form"] else "scans of an unknown form"
        groups.setdefault((known_form, str(each["batch"])), []).append(str(each["since"]))
    for (known_form, batch), since in groups.items():
        where = f"in the batch {batch!r} since {min(since)[:16].replace('T', ' ')} UTC"
        terminal.say(f"{len(since)} known already as {known_form}, {where}.")
    for line in _other_names(done):
        terminal.say(line)
    for batch, at in sorted(
        {(str(each["batch"]), str(each["cancelled"])) for each in done.known_as if each["cancelled"]}
    ):
        terminal.say(
            f"The batch {batch!r} was cancelled on {at[:10]}: nobody is asked about what is known in it until it goes "
            f"on (fairhand batch resume {shlex.quote(batch)} --why WHY)."
        )
    if groups and again and form == "auto":
        terminal.say("No known form surely fits these: name one with --form instead of auto.")
    elif groups and not again:
        terminal.say(
            "To have them read anew, as this or another form: fairhand ingest --again --why WHY --form NAME PATH..., "
            "or fairhand scan read-again."
        )
