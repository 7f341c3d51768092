"""Commands about one scan: explained, read again, retaken, turned, set aside."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from flows import terminal
from flows.cli.app import By, app, home_of, now
from transcribe.errors import SettingsError
from transcribe.i18n import counted, plural

if TYPE_CHECKING:
    from flows.home import Home
    from flows.steps import Because
    from transcribe.model import Duplicate, Scan
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


# Commands about the pages of scans: split one, join two.


@scan.command("split")
def split_scan(
    ctx: typer.Context,
    name: Name,
    at: Annotated[int, typer.Option(help="The first page of the new scan; 1 is the first of all.")],
    why: Why,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Make a scan of its own of the pages from --at on, and read both again. scan join undoes it.

    What people read of other pages is history and stays paid; it counts again where a scan has its pages again.
    """
    from flows.mending import split
    from flows.steps import Because, reconcile_to_the_end

    home = home_of(ctx)
    part = split(home, home.store.scan(name), at, Because(by=by, why=said_why(why)))
    reconcile_to_the_end(home)
    _tell_of_scan_pages("is a scan of its own", part.id, part.name, len(part.pages), as_json=as_json)


@scan.command("join")
def join_scans(
    ctx: typer.Context,
    first: Annotated[str, typer.Argument(help="The scan whose pages come first: its id, or its file's name.")],
    second: Annotated[str, typer.Argument(help="The scan whose pages come after them.")],
    why: Why,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Make one scan of the pages of two, and read it again. scan split undoes it.

    The scan that came first has all pages then; of the other nobody is asked any more, and its record, if it has one,
    says what it is part of. What people read of either stays paid, and counts again where they are split again.
    """
    from flows.mending import join
    from flows.steps import Because, reconcile_to_the_end

    home = home_of(ctx)
    whole = join(home, home.store.scan(first), home.store.scan(second), Because(by=by, why=said_why(why)))
    reconcile_to_the_end(home)
    _tell_of_scan_pages("has the pages of both", whole.id, whole.name, len(whole.pages), as_json=as_json)


def _tell_of_scan_pages(what: str, scan_id: str, name: str, pages: int, *, as_json: bool) -> None:
    if as_json:
        terminal.as_json({"scan": scan_id, "name": name, "pages": pages})
    else:
        terminal.say(
            f"{terminal.one_line(name or scan_id[:12])} ({scan_id[:12]}) {what}, {counted(pages, 'page')} in all."
        )


# The command that has a scan forgotten for good.


@scan.command("forget")
def forget(
    ctx: typer.Context,
    name: Name,
    why: Annotated[str, typer.Option(help="Why; it stays in the log, so name nobody in it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first; without a terminal it must be given.")] = False,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Erase what a scan says and shows, everywhere; counts, pay and keyed hashes stay. It cannot be undone.

    It says what will be erased and asks once.
    """
    from flows.administration import forget_scan

    home, reason = home_of(ctx), said_why(why)
    known = home.store.scan(name)
    called, before = _called(known), home.store.forgotten(known.id)
    if not yes:
        _ask_before_forgetting(home, known, called)
    erased = forget_scan(home, known.id, by=by, why=reason)
    if as_json:
        terminal.as_json({"scan": erased.scan, "name": known.name, "batch": known.batch, "files": erased.files})
    elif before:
        terminal.say(f"{called} was forgotten before: nothing of it is left.")
    else:
        pictures = counted(erased.files, "picture")
        terminal.say(
            f"{called} is forgotten: its texts, its record and {pictures} are erased. "
            "Backups that were made before hold them until you remove these."
        )


def _called(known: Scan) -> str:
    """A scan as people call it: its file and batch; its id where it is forgotten, as its name is erased then."""
    batch = f" of the batch {known.batch}" if known.batch else ""
    return terminal.one_line(f"{known.name or f'The scan {known.id[:12]}'}{batch}")


def _ask_before_forgetting(home: Home, known: Scan, called: str) -> None:
    """Say what will be erased and ask once; SettingsError where nobody is there to answer."""
    if home.store.forgotten(known.id):
        return  # nothing of it is left; what was cut short is finished
    if not sys.stdin.isatty():
        raise SettingsError(
            f"{called} is not forgotten: nobody is here to be asked, as this is no terminal. Say --yes if you are sure."
        )
    terminal.note(
        f"{called} (form {known.form or 'unknown'}, scan {known.id[:12]}).\n"
        "Erased: its pictures, what machines and people read, its decided values, its record and every version of it.\n"
        "Not erased: who read how much and was paid what, counts, keyed hashes, backups made before, and files outside "
        "the home, as in a watched folder."
    )
    typer.confirm("Forget it for good?", abort=True, err=True)


# The command that forgets what was kept long enough.


@app.command("retention")
def retention(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """Forget every scan that was kept longer than its form says (retention_days). `serve` does it daily."""
    from flows.administration import keep_retention

    done = keep_retention(home_of(ctx))
    if as_json:
        terminal.as_json(*({"scan": scan} for scan in done.forgotten))
    else:
        were = plural(
            len(done.forgotten), "{n} scan was kept long enough and is", "{n} scans were kept long enough and are"
        )
        terminal.say(f"{were} forgotten.")
    for scan, message in done.failed:
        terminal.note(f"scan {scan[:12]}: {message}")
    if done.unfinished:
        terminal.note(done.unfinished)
    if done.failed or done.unfinished:
        raise typer.Exit(1)


# Commands about orders that came before: list the pairs, and say what two scans are to each other.

Verdict = Annotated[
    Literal["duplicate", "retake", "different", "open"],
    typer.Option("--as", help="The same order; the same, with the better picture; two orders; or not settled yet."),
]
"""The option that says what two scans are to each other."""


@scan.command("duplicates")
def duplicates(
    ctx: typer.Context,
    batch: Annotated[str | None, typer.Option(help="Only those whose newer scan is of this batch.")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only those that nobody has settled.")] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """List scans that may be the same order as an earlier one, why, and what was said of them."""
    from flows.output import duplicate_json, duplicates_of

    home = home_of(ctx)
    if batch is not None:
        home.store.require_batch(batch)
    pairs = [each for each in duplicates_of(home, batch) if each.waits or not only_open]
    if as_json:
        terminal.as_json(*map(duplicate_json, pairs))
    elif not pairs:
        terminal.say("No scan seems to be an order that came before.")
    else:
        head = ("scan", "name", "is like", "name", "found by", "policy", "settled as")
        terminal.columns(head, (_row(home, each) for each in pairs))


@scan.command("settle")
def settle_pair(
    ctx: typer.Context,
    first: Annotated[str, typer.Argument(help="One scan: its id, the beginning of it, or its file's name.")],
    second: Annotated[str, typer.Argument(help="The other one.")],
    verdict: Verdict,
    why: Why,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Say whether two scans are the same order. Settled anew it is undone; open takes it back.

    Of a duplicate nobody is asked any more, and its record says so; what somebody holds is kept and paid. A retake
    besides has the picture of the newer take the place of the older's. Two that are different are never asked about
    again.
    """
    from flows.mending import settle
    from flows.steps import Because, reconcile_to_the_end

    if not why.strip():
        raise typer.BadParameter("--why says why; it cannot be empty.")
    home = home_of(ctx)
    older, newer, has_changed = settle(home, first, second, verdict, Because(by=by, why=why.strip()))
    reconcile_to_the_end(home)
    if as_json:
        terminal.as_json({"older": older.id, "newer": newer.id, "settled": verdict})
        return
    names = [terminal.one_line(each.name or each.id[:12]) for each in (newer, older)]
    words = {
        "duplicate": "is the same order as",
        "retake": "is a new picture of",
        "different": "is another order than",
        "open": "may be the same order as",
    }
    if verdict == "open" and older.id not in {each.older for each in home.store.duplicates(newer.id)}:
        terminal.say(f"{names[0]} and {names[1]} are no pair any more: nothing but the word taken back made them one.")
    else:
        terminal.say(f"{names[0]} {words[verdict]} {names[1]}.")
    if not has_changed:
        terminal.note("It was settled so already: nothing has changed.")


def _row(home: Home, pair: Duplicate) -> tuple[object, ...]:
    from flows.output import found_by

    names = [home.store.scan(each).name for each in (pair.newer, pair.older)]
    settled = pair.settled if pair.settled != "open" else ""
    return pair.newer[:12], names[0], pair.older[:12], names[1], found_by(pair), pair.policy, settled
