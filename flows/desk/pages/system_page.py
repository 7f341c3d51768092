"""The page System: findings, engines, queue, processes, files, backups, and the log with its verification."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from flows.administration import EngineState, Finding, engines, examine, forgery_sentence, free_bytes
from flows.backup import BackupFolder
from flows.desk.counting import Counted, Counting
from flows.desk.deeds import with_done
from flows.desk.pages.counts import summed
from flows.desk.pages.now_page import detail, published
from flows.desk.parts import Deed, Part, SectionPage, counting, when_counted
from flows.desk.tables import Cell, Row, Table, time_cell
from flows.desk.visit import Act, Visit
from flows.runtime import is_locked, lock_file, notice
from transcribe.i18n import N_
from transcribe.store import AuditState

LOOK_SECONDS = 300.0
"""How long what the doctor found stands: loading engines takes seconds. Chosen by hand."""

PACKAGES = ("fairhand", "prefect", "fastapi", "pydantic", "opencv-python-headless", "pytesseract", "rapidocr")
"""The packages whose versions are shown: the program, and what reads and runs."""


CHECKS = {
    "packages": N_("packages"),
    "engines": N_("engines"),
    "settings": N_("settings"),
    "forms": N_("forms"),
    "disk": N_("disk"),
    "archive": N_("archive of pictures"),
    "private": N_("rights of files"),
    "database": N_("database"),
    "people": N_("people"),
    "learning": N_("learning"),
    "records": N_("records"),
    "webhooks": N_("webhooks"),
    "ports": N_("ports"),
}
"""What the doctor looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What the doctor found."""

    findings: tuple[Finding, ...]
    engines: tuple[EngineState, ...]


def looked_at(visit: Visit) -> Counting:
    """The doctor's look at this home, begun where the last one is old."""
    settings = visit.home.settings
    asked = counting(
        visit, "doctor", lambda: Examined(findings=tuple(examine(settings)), engines=tuple(engines(settings)))
    )
    asked.recent(LOOK_SECONDS)
    return asked


def _examined(visit: Visit) -> Examined:
    last = looked_at(visit).last
    return last.found if last and last.found else Examined(findings=(), engines=())


def findings_table(visit: Visit) -> Table:
    """What is wrong here, each with the command that mends it."""
    say = visit.say
    rows = [
        (
            Cell(each.check, say(CHECKS.get(each.check, each.check))),
            Cell("warning" if each.warning else "error", say("warning") if each.warning else say("error")),
            Cell(each.message, detail(visit, each.facts).strip() or visit.in_words(each.message)),
            Cell(each.mend, visit.in_words(each.mend)),
        )
        for each in _examined(visit).findings
    ]
    return visit.table(
        "findings",
        say("What the doctor finds"),
        {"check": say("Check"), "kind": say("Kind"), "message": say("What is wrong"), "mend": say("What mends it")},
        rows,
        at="/desk/system",
        nothing=say("Nothing is wrong.") if looked_at(visit).last else say("It is being looked at."),
    )


def engines_table(visit: Visit) -> Table:
    """Every engine: whether it is used, what it reads, and what keeps it from reading."""
    say = visit.say
    rows = [
        (each.engine, each.used, " ".join(each.languages), "; ".join(each.sources), each.problem)
        for each in _examined(visit).engines
    ]
    return visit.table(
        "engines",
        say("Engines"),
        {
            "engine": say("Engine"),
            "used": say("In use"),
            "languages": say("Languages of the forms"),
            "sources": say("Readings are named"),
            "problem": say("What is wrong"),
        },
        rows,
        at="/desk/system",
        nothing=say("It is being looked at."),
    )


def processes_table(visit: Visit) -> Table:
    """The pages, Prefect and the process that weighs, with their addresses."""
    say, settings = visit.say, visit.home.settings
    told, serves = notice(settings), is_locked(lock_file(settings))
    rows = [
        (Cell(name, words), serves and name in told, told.get(name, "") if serves else "")
        for name, words in (("web", say("pages")), ("prefect", "Prefect"))
    ]
    return visit.table(
        "processes",
        say("Processes"),
        {"process": say("Process"), "runs": say("Runs"), "address": say("Address")},
        rows,
        at="/desk/system",
    )


def versions_table(visit: Visit) -> Table:
    """Versions of the program and of what it stands on."""
    say = visit.say
    known = [(name, version(name)) for name in PACKAGES]
    parameters = visit.home.store.parameters_versions()
    rows = [
        *known,
        ("Python", platform.python_version()),
        (say("operating system"), platform.platform()),
        (say("parameters in force"), str(parameters[-1][0]) if parameters else say("as shipped")),
    ]
    return visit.table(
        "versions", say("Versions"), {"what": say("What"), "version": say("Version")}, rows, at="/desk/system"
    )


# The disks, databases and backups of this home, with their sizes.

MEGABYTE_BYTES = 1_000_000
"""What sizes are shown in."""

GIGABYTE_BYTES = 1_000_000_000
"""What large sizes are shown in."""

MOST_BACKUPS = 50
"""So many backups are listed, the newest. Chosen by hand."""


def megabytes(visit: Visit, size: int) -> str:
    """A size as it is written here: large ones in thousands of megabytes."""
    if size >= GIGABYTE_BYTES:
        return visit.say("%(size)s GB", size=visit.number(size / GIGABYTE_BYTES, 1))
    return visit.say("%(size)s MB", size=visit.number(size / MEGABYTE_BYTES, 1))


def files_table(visit: Visit) -> Table:
    """The sizes of the databases, and what is free on each disk."""
    say, settings = visit.say, visit.home.settings
    databases = {
        "state": (say("state database"), settings.state),
        "state log": (say("write-ahead log of the state"), Path(f"{settings.state}-wal")),
        "records": (say("record database"), settings.records),
    }
    disks = {"home": say("disk of the home"), "archive": say("disk of the pictures"), "backups": say("disk of backups")}
    rows: list[Row] = [
        (Cell(name, words), str(path), Cell(size, megabytes(visit, size)), None)
        for name, (words, path) in databases.items()
        if path.exists() and (size := path.stat().st_size) >= 0
    ]
    places = {"home": str(settings.home), "archive": settings.archive, "backups": settings.backups}
    rows += [
        (Cell(f"disk of {name}", disks[name]), Cell(places[name]), None, Cell(free, megabytes(visit, free)))
        for name, free in free_bytes(settings).items()
    ]
    return visit.table(
        "files",
        say("Disks and databases"),
        {"what": say("What"), "where": say("Where"), "bytes": say("Size"), "free_bytes": say("Free")},
        rows,
        at="/desk/system",
    )


def backups_table(visit: Visit) -> Table:
    """The finished backups, the newest first."""
    say, settings = visit.say, visit.home.settings
    folder = BackupFolder(Path(settings.backups)) if settings.backups else None
    found, wrong = folder.backups() if folder else ([], [])
    rows: list[Row] = [
        (
            each.folder.name,
            each.manifest.made_at,
            each.manifest.program,
            each.manifest.archive_files,
            Cell(each.manifest.archive_bytes, megabytes(visit, each.manifest.archive_bytes)),
            "",
        )
        for each in reversed(found[-MOST_BACKUPS:])
    ]
    rows += [("", None, "", None, None, why) for why in wrong]
    return visit.table(
        "backups",
        say("Backups"),
        {
            "backup": say("Backup"),
            "made_at": say("Made"),
            "program": say("Program"),
            "pictures": say("Pictures"),
            "bytes": say("Size of the pictures"),
            "problem": say("What is wrong"),
        },
        rows,
        at="/desk/system",
        nothing=say("There is no backup yet.") if folder else say("No folder of backups is named in the settings."),
    )


# The log as it was verified last: whole or not, and what does not hold.

HOW_WORDS = {"foreign": N_("written by another program"), "gone": N_("taken out"), "changed": N_("changed")}
"""How rows do not hold."""


def verifying(visit: Visit) -> Counting:
    """The verification of this home's log: begun by a person, as it reads everything."""
    store = visit.home.store
    return counting(visit, "log", store.verify_audit)


def verified(visit: Visit, last: Counted | None) -> list[str]:
    """What came of it, in words, with the head, which is to be kept elsewhere."""
    say, state = visit.say, _state(last)
    if state is None:
        return []
    if state.broken_at is not None:
        return [say("The log does not hold from line %(line)s on: it was changed, or lines were taken out.",
                    line=visit.number(state.broken_at))]  # fmt: skip
    lines = visit.number(state.lines)
    if state.forgeries:
        return [say("The log of %(lines)s lines is whole; other rows were changed.", lines=lines)]
    return [say("The log of %(lines)s lines is whole. Its head is %(head)s", lines=lines, head=state.head)]


def forgeries_table(visit: Visit, last: Counted | None) -> Table:
    """The rows of what is sealed that do not hold."""
    say, state = visit.say, _state(last)
    rows = [
        (
            each.table,
            Cell(each.first),
            Cell(each.last),
            Cell(each.what, say(HOW_WORDS.get(each.what, each.what))),
            Cell(forgery_sentence(each), visit.in_words(forgery_sentence(each))),
        )
        for each in (state.forgeries if state else ())
    ]
    return visit.table(
        "log",
        say("What does not hold"),
        {
            "table": say("Table"),
            "first": say("From number"),
            "last": say("To number"),
            "what": say("How"),
            "message": say("What is wrong"),
        },
        rows,
        at="/desk/system",
    )


def _state(last: Counted | None) -> AuditState | None:
    return last.found if last and isinstance(last.found, AuditState) else None


# What stands in the queue, how much of it is leased, and what is behind, from the summaries.


def queue_table(visit: Visit) -> Table:
    """Open questions by who answers them, leases, and what waits to be weighed, counted and published."""
    say, store = visit.say, visit.home.store
    total, held = summed(store.scan_counts_in_all()), store.people_at_work(visit.now)
    since = store.waiting_since(published(visit))
    rows = [
        ("people", say("open questions for people"), total["open for people"], since.people),
        ("experts", say("open questions for experts"), total["open for experts"], since.experts),
        ("appeals", say("appeals that nobody has heard yet"), since.appeal_count, since.appeals),
        ("held", say("questions that somebody holds"), sum(each.held for each in held), None),
        ("holders", say("people who hold any"), len(held), None),
        ("weighing", say("scans to be read and weighed"), total["state not weighed"], since.machines),
        ("quarantined", say("scans that could not be weighed"), len(store.quarantined()), None),
        ("uncounted", say("scans that are not counted anew yet"), store.not_summed_up(), None),
        ("publishing", say("records to be published"), since.publishing_count, since.publishing),
    ]
    return visit.table(
        "queue",
        say("Queue and leases"),
        {"what": say("What"), "count": say("How many"), "oldest": say("The oldest waits since")},
        [
            (
                Cell(code, words),
                count,
                time_cell(oldest if count else None, visit.age(oldest) if oldest and count else ""),
            )
            for code, words, count, oldest in rows
        ],
        at="/desk/system",
    )


# The page System, its tables as files, and its one deed: the log is verified.

router = APIRouter()


@router.post("/desk/system/verify")
async def verify(visit: Act) -> Response:
    """Has the log verified, beside the pages."""
    visit.require_all_forms()

    def begin() -> None:
        visit.home.store.log(visit.by, "log verification begun", "log", {}, visit.now)
        verifying(visit).begin()

    await visit.look(begin)
    return RedirectResponse(with_done("/desk/system", "count"), 303)


def _parts(visit: Visit) -> list[Part]:
    say, looking = visit.say, looked_at(visit)
    asked = verifying(visit)
    return [
        Part(head=say("What the doctor finds"), table=findings_table(visit), faint=when_counted(visit, looking)),
        Part(head=say("Queue and leases"), table=queue_table(visit), links=[("/desk", say("Who holds what: Now"))]),
        Part(head=say("Log"), table=forgeries_table(visit, asked.last), said=verified(visit, asked.last),
             faint=when_counted(visit, asked), deeds=[Deed(action="/desk/system/verify", label=say("Verify the log"))]),
        Part(head=say("Engines"), table=engines_table(visit)),
        Part(head=say("Disks and databases"), table=files_table(visit)),
        Part(head=say("Backups"), table=backups_table(visit)),
        Part(head=say("Processes"), table=processes_table(visit)),
        Part(head=say("Versions"), table=versions_table(visit)),
    ]  # fmt: skip


TABLES: Mapping[str, Callable[[Visit], Table]] = {
    "findings": findings_table,
    "queue": queue_table,
    "engines": engines_table,
    "files": files_table,
    "backups": backups_table,
    "processes": processes_table,
    "versions": versions_table,
}
"""The tables that can be made alone."""

SECTION = SectionPage(address="/desk/system", title=N_("System"), parts=_parts, tables=TABLES, of_home=True)
"""The page and its tables as files."""
