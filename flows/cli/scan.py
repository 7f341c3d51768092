"""Commands about one scan: explained, read again, retaken, turned, set aside."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from flows import terminal
from flows.cli.app import app, home_of
from flows.cli.who_acts import By
from transcribe.i18n import counted, plural

if TYPE_CHECKING:
    from flows.home import Home
    from flows.steps import Because
    from transcribe.model import Scan
    from transcribe.store import SetAside

scan = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="One scan: explain it, mend it, forget it.")
app.add_typer(scan, name="scan")

Why = Annotated[str, typer.Option(help="Why; it is kept, and told to whom it concerns.")]
"""The option of every command that changes what people or programs have made of a scan."""


Name = Annotated[str, typer.Argument(help="The scan: its id, the beginning of it, or its file's name.", metavar="SCAN")]
"""The argument that names a scan."""


@scan.command("explain")
def explain(
    ctx: typer.Context,
    name: Name,
    field: Annotated[str, typer.Argument(help='The field: "total", or "lines.quantity[2]": rows count from 0.')],
    as_json: terminal.AsJson = False,
) -> None:
    """Tell how the value of one field came to be, and weigh its readings again to check it."""
    from flows.output import duplicate_in_words, duplicate_json, explained, in_words

    home = home_of(ctx)
    explanation, pairs = explained(home, name, field), home.store.duplicates(name)
    erased_at = home.store.scan_state(explanation.scan).erased_at
    if as_json:
        terminal.as_json({**explanation.plain(), "duplicates": [duplicate_json(each) for each in pairs]})
    else:
        terminal.say(in_words(explanation))
        if erased_at is not None:
            terminal.say(f"\nThe scan was forgotten on {erased_at:%Y-%m-%d}: what was read and decided is erased.")
        for pair in pairs:
            terminal.say(duplicate_in_words(pair, explanation.scan))
    if explanation.replay is False:
        raise typer.Exit(1)


@scan.command("read-again")
def read_again(
    ctx: typer.Context,
    why: Why,
    scans: Annotated[
        list[str] | None,
        typer.Argument(help="Scans: their ids, beginnings of them, or names of files.", metavar="SCAN..."),
    ] = None,
    batch: Annotated[str | None, typer.Option(help="All scans of this batch.")] = None,
    of_form: Annotated[str | None, typer.Option(help="All scans that are read as this form now.")] = None,
    form: Annotated[str | None, typer.Option(help="Read them as this form; else as what they are.")] = None,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Have known scans read anew by today's engines, also as another form or a newer version of it.

    What was read before stays as history; what people typed stays and is paid, and counts where the form is the same:
    of another version, in the fields that it has alike. Others that people read are asked once more. Questions that
    fall away are withdrawn. Read again as the former form, it counts again. Exit code 1 where there is no such scan:
    files that were set aside are none, and are given to fairhand ingest again.
    """
    from flows.mending import scans_to_read_again
    from flows.steps import Because, reconcile_to_the_end

    home = home_of(ctx)
    chosen = scans_to_read_again(home, scans or (), batch, of_form)
    if not chosen:
        _say_there_is_none(home, batch)
        raise typer.Exit(1)
    because = Because(by=by, why=said_why(why))
    done = _all_read(home, chosen, form, because)
    reconcile_to_the_end(home)
    if as_json:
        terminal.as_json(*(each._asdict() | {"scan": each.scan.id, "name": each.scan.name} for each in done))
    else:
        _print_read(done, _files_aside(home, batch))
        _say_what_is_left(home, done, form)
    if any(each.error for each in done):
        raise typer.Exit(1)


class _Read(NamedTuple):
    """One scan that was to be read again.

    `error` says why it was not, or "". `counts_no_more`: of how many fields nothing that people typed counts any more.
    """

    scan: Scan
    error: str
    counts_no_more: int = 0


def _print_read(done: Sequence[_Read], aside: Sequence[SetAside]) -> None:
    """Say how many scans were read again, why others were not, and which files of their batch are no scans."""
    failed = [(each.scan, each.error) for each in done if each.error]
    were = "was" if len(done) == 1 else "were"
    terminal.say(f"{len(done) - len(failed)} of {counted(len(done), 'scan')} {were} read again.")
    if lost := sum(each.counts_no_more for each in done):
        terminal.say(
            f"What people typed of {counted(lost, 'field')} counts no more: it was read as another form, or the form "
            "says something else of them now. What is needed of them is asked again."
        )
    for each, error in failed:
        terminal.say(f"not read again: {terminal.with_file(each.name or each.id[:12], error)}")
    for file in aside:
        terminal.say(f"set aside, and not read again: {terminal.with_file(file.file.name, file.message)}")


def _say_what_is_left(home: Home, done: Sequence[_Read], form: str | None) -> None:
    """Say what is still to be done for scans that are set aside, or that were masked as another form."""
    from flows.mending import still_aside, still_masked

    for each, error, _ in done:
        if not error and (words := still_aside(home, each)):
            terminal.say(terminal.with_file(each.name or each.id[:12], words))
        if words := still_masked(home, each, form):
            terminal.note(terminal.with_file(each.name or each.id[:12], words))


def _say_there_is_none(home: Home, batch: str | None) -> None:
    """Say that nothing is there to be read again, and what to do with files that were refused before they were kept."""
    aside = _files_aside(home, batch)
    if batch is None or not aside:
        terminal.note("No such scan is there; nothing was read again. fairhand status --scans lists them.")
        return
    files = plural(len(aside), "{n} file of it was", "{n} files of it were")
    terminal.note(
        f"No such scan is in the batch {terminal.one_line(batch)}; nothing was read again. "
        f"{files} set aside and never became a scan. "
        "Give such files in again: fairhand ingest FILES --form FORM"
    )
    for file in aside:
        terminal.note(f"set aside: {terminal.with_file(file.file.name, file.message)}")


def _files_aside(home: Home, batch: str | None) -> list[SetAside]:
    """The files of a batch that were set aside before they became scans; none without a batch."""
    return [each for each in home.store.list_set_aside() if batch is not None and each.batch == batch]


@scan.command("set-aside")
def set_aside(ctx: typer.Context, name: Name, why: Why, by: By = "", as_json: terminal.AsJson = False) -> None:
    """Ask nobody about a scan. What somebody holds is kept and paid; scan bring-back undoes it."""
    from flows.home import now

    home = home_of(ctx)
    if not home.store.put_scan_aside(name, by, said_why(why), now()):
        _tell(home, name, "is set aside already; nothing has changed", as_json=as_json)
        return
    published = home.store.has_record(home.store.scan(name).id)
    stays = ", and its record stays as it is: fairhand value correct mends it, scan forget takes it out"
    _tell(home, name, f"is set aside; nobody is asked about it{stays if published else ''}", as_json=as_json)


@scan.command("bring-back")
def bring_back(ctx: typer.Context, name: Name, why: Why, by: By = "", as_json: terminal.AsJson = False) -> None:
    """Go on with a scan that was set aside: what is still to be asked is asked again.

    Where people said that it is not its form, this is the last word: it is, and they are not asked again.
    """
    from flows.home import now
    from flows.steps import reconcile_to_the_end

    home = home_of(ctx)
    came_back = home.store.bring_scan_back(name, by, said_why(why), now())
    reconcile_to_the_end(home)
    unchanged = "is not set aside; nothing has changed"
    _tell(home, name, "is asked about again" if came_back else unchanged, as_json=as_json)


@scan.command("turn")
def turn(
    ctx: typer.Context,
    name: Name,
    degrees: Annotated[int, typer.Argument(help="90, 180 or 270, with the clock.")],
    why: Why,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Turn the pages of a scan and have it read again; turned on to 360 degrees it is as before.

    Where the form has no blank, machines look for themselves which way is up, and say how the pages are turned then.
    """
    from flows.mending import turn as turned
    from flows.steps import Because, reconcile_to_the_end

    home = home_of(ctx)
    turned(home, home.store.scan(name), degrees, Because(by=by, why=said_why(why)))
    reconcile_to_the_end(home)
    turns = ", ".join(str(page.turn) for page in home.store.scan(name).pages)
    _tell(home, name, f"is read again; its pages are turned by {turns} degrees now", as_json=as_json)


@scan.command("retake")
def retake(
    ctx: typer.Context,
    name: Name,
    file: Annotated[Path, typer.Argument(help="The new picture of the same paper.", exists=True, dir_okay=False)],
    why: Why,
    by: By = "",
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Take it though a value that identifies the order seems to be another.")
    ] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """Have a new picture take the place of a scan's, and read it.

    What people read of the former picture is history, and they may read the new one. All stays paid. What was corrected
    counts still.

    A picture is refused where a value that identifies the order is another there. To undo it take the old picture
    again in the same way.
    """
    from flows.mending import retake as retaken
    from flows.steps import Because, reconcile_to_the_end

    home = home_of(ctx)
    retaken(home, home.store.scan(name), file, Because(by=by, why=said_why(why)), anyway=anyway)
    reconcile_to_the_end(home)
    _tell(home, name, "is read from the new picture", as_json=as_json)


def _tell(home: Home, name: str, what: str, *, as_json: bool) -> None:
    known = home.store.scan(name)
    if as_json:
        terminal.as_json({"scan": known.id, "name": known.name, "set_aside": home.store.is_put_aside(known.id)})
    else:
        terminal.say(f"{terminal.one_line(known.name or known.id[:12])} {what}.")


def _all_read(home: Home, scans: list[Scan], form: str | None, because: Because) -> list[_Read]:
    """What became of each scan."""
    from flows.administration import require_fair_start
    from flows.mending import form_to_read, keys_typed, read_again, what_stands

    forms = {each.id: form_to_read(home, each, form) for each in scans}  # what is wrong is said before anything begins
    require_fair_start(home, [each.name for each in forms.values()])

    def one(each: Scan) -> _Read:
        counted_before = keys_typed(home, each)
        try:
            read_again(home, each, forms[each.id], because)
        except Exception as error:  # so that the others go on
            return _Read(each, what_stands(each, error))
        return _Read(each, "", len(counted_before - keys_typed(home, each)))

    done = []
    with terminal.progress("reading") as progress, ThreadPoolExecutor(home.settings.cores) as pool:
        for each in pool.map(one, scans):
            done.append(each)
            progress(len(done), len(scans))
    return done


def said_why(why: str) -> str:
    """Why, as it is kept. BadParameter where nothing is said."""
    if not why.strip():
        raise typer.BadParameter("--why says why; it cannot be empty.")
    return why.strip()
