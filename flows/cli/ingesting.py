"""The command that takes files in."""

from __future__ import annotations

import dataclasses
import os
import shlex
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import app, by_option, now, settings_of
from transcribe.i18n import counted, plural
from transcribe.whole_files import write_whole

if TYPE_CHECKING:
    from flows.home import Home, Settings
    from flows.output import ErrorJson, FieldJson, ScanJson
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
    from flows.home import open_home
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


# What is said to somebody who ends the taking in of files with Ctrl-C.

ENDING_MESSAGE = "Ending. What is being read now is read first; that may take a minute on a busy machine."
"""What is said at once: a scan that is begun is read in some ten seconds, and in a minute on a busy machine."""


ENDED_MESSAGE = "Ended. What was read is kept. Give the same command again: it reads what is left."
"""What is said at the end."""


@contextmanager
def said_when_ended() -> Iterator[None]:
    """Says at Ctrl-C that the command ends, and then that the same command goes on with what is left."""
    before = signal.signal(signal.SIGINT, _say_and_end)
    try:
        yield
    except KeyboardInterrupt:
        terminal.note(ENDED_MESSAGE)
        raise
    finally:
        signal.signal(signal.SIGINT, before)


def _say_and_end(*_: object) -> None:
    """Written past the streams of Python: whoever is interrupted may be in the middle of writing to them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.write(sys.stderr.fileno(), f"{ENDING_MESSAGE}\n".encode())
    raise KeyboardInterrupt


# The command that reads files without keeping anything: no store, no Prefect.


@app.command()
def read(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Pictures, PDFs, or folders of them.", metavar="FILE...")],
    form: Annotated[str, typer.Option(help="The name of a form, the path of its definition, or auto: find out which.")],
    as_json: terminal.AsJson = False,
    picture: Annotated[
        Path | None,
        typer.Option(callback=terminal.writable, help="Draw each page's fields with value and fate: OUT.png."),
    ] = None,
    hocr: Annotated[
        Path | None, typer.Option(callback=terminal.writable, help="Write the words of each page as hOCR: OUT.hocr.")
    ] = None,
) -> None:
    """Read files by machine and print readings and decisions, one scan a line with --json."""
    from flows.output import ErrorJson, hocr_pages
    from flows.standalone import drawn_pages, read_files

    settings, failed, scan_count = settings_of(ctx), False, 0
    picture_numbers, hocr_numbers = count(1), count(1)
    with terminal.progress("reading") as progress:
        for answer, result in read_files(settings, files, form, progress):
            scan_count += 1
            failed |= isinstance(answer, ErrorJson)
            if as_json:
                terminal.as_json(answer.plain())
            else:
                _print_of_reading(answer, settings.spoken_language)
            if result and picture:
                for source, content in drawn_pages(result, settings.spoken_language):
                    path = _numbered(picture, next(picture_numbers))
                    write_whole(path, content)
                    terminal.note(f"{path} is the picture of {source}")
            if result and hocr:
                for source, text in hocr_pages(settings, result):
                    path = _numbered(hocr, next(hocr_numbers))
                    write_whole(path, text)
                    terminal.note(f"{path} has the words of {source}")
    if not _say_what_was_not_read(files, scan_count) or failed:
        raise typer.Exit(1)


def _say_what_was_not_read(files: Sequence[Path], scan_count: int) -> bool:
    """Name what was passed over; False where a folder was not looked into."""
    from transcribe.intake import passed_over, shown_path, unreached

    if not scan_count:
        terminal.note(f"{terminal.NO_PICTURE_MESSAGE}; nothing was read.")
    missed = unreached(files)
    for each in missed:
        terminal.note(terminal.unreached_message(shown_path(each.path), each.reason))
    if others := [shown_path(each) for each in passed_over(files)]:
        terminal.note(terminal.passed_over_message(others))
    return not missed


def _numbered(path: Path, number: int) -> Path:
    """The first page's file has the name that was asked for, the others a number in it."""
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")


def _print_of_reading(answer: ScanJson | ErrorJson, language: str) -> None:
    from flows.output import ErrorJson, source_label

    if isinstance(answer, ErrorJson):
        terminal.note(f"fairhand: {answer.error.message}")
        return
    fit = "" if answer.fit is None else f", fit {answer.fit:.2f}"
    terminal.say(f"\n{source_label(answer.files, answer.pages)}: {answer.form or 'unknown form'}{fit}")
    if answer.advice:
        terminal.say(terminal.photo_advice(answer.advice, language))
    if answer.form is None:
        terminal.say("A person is asked which form it is; or name it with --form.")
        return
    rows = [_row(field) for field in answer.fields if not _is_blank(field)]
    terminal.columns(("field", "value", "probability", "because"), rows)
    blank_count = sum(map(_is_blank, answer.fields))
    if blank_count:
        terminal.say(plural(blank_count, "and {n} field that is blank", "and {n} fields that are blank"))


def _is_blank(field: FieldJson) -> bool:
    return field.decision is not None and field.decision.null == "blank"


def _row(field: FieldJson) -> tuple[str, str, str, str]:
    """The field's name, its value ("? " and the likeliest reading where it is a task), its probability, and why."""
    name = field.name if field.row is None else f"{field.name}[{field.row}]"
    decision = field.decision
    if decision:
        value = _in_one_line(decision.text) if decision.null is None else f"({decision.null})"
        return name, value, f"{decision.probability:.4f}", decision.method
    likeliest = field.readings[0] if field.readings else None
    text = _in_one_line(likeliest.text or "") if likeliest else ""
    probability = likeliest.probability if likeliest else None
    reason = field.task.reason if field.task else ""
    return name, f"? {text}", "" if probability is None else f"{probability:.4f}", reason


def _in_one_line(text: str) -> str:
    return " / ".join(text.splitlines())
