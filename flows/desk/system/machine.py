"""What runs on this machine: findings of the doctor, engines, processes, versions."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version

from flows.administration import EngineState, Finding, engines, examine
from flows.desk.counting import Counting
from flows.desk.now.alarm_details import detail
from flows.desk.parts import counting
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Visit
from flows.runtime import is_locked, lock_file, notice
from transcribe.i18n import N_

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
        visit,
        "doctor",
        lambda: Examined(findings=tuple(examine(settings)), engines=tuple(engines(settings))),
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
    return Table(
        name="findings",
        caption=say("What the doctor finds"),
        columns=(
            Column("check", say("Check")),
            Column("kind", say("Kind")),
            Column("message", say("What is wrong")),
            Column("mend", say("What mends it")),
        ),
        rows=rows,
        address="/desk/system/findings",
        nothing=say("Nothing is wrong.") if looked_at(visit).last else say("It is being looked at."),
    )


def engines_table(visit: Visit) -> Table:
    """Every engine: whether it is used, what it reads, and what keeps it from reading."""
    say = visit.say
    rows = [
        (
            Cell(each.engine),
            Cell(each.used, say("yes") if each.used else say("no")),
            Cell(" ".join(each.languages)),
            Cell("; ".join(each.sources)),
            Cell(each.problem),
        )
        for each in _examined(visit).engines
    ]
    return Table(
        name="engines",
        caption=say("Engines"),
        columns=(
            Column("engine", say("Engine")),
            Column("used", say("In use")),
            Column("languages", say("Languages of the forms")),
            Column("sources", say("Readings are named")),
            Column("problem", say("What is wrong")),
        ),
        rows=rows,
        address="/desk/system/engines",
        nothing=say("It is being looked at."),
    )


def processes_table(visit: Visit) -> Table:
    """The pages, Prefect and the process that weighs, with their addresses."""
    say, settings = visit.say, visit.home.settings
    told, serves = notice(settings), is_locked(lock_file(settings))
    rows = [
        (Cell(name, words), Cell(serves and name in told, say("yes") if serves and name in told else say("no")),
         Cell(told.get(name, "") if serves else ""))
        for name, words in (("web", say("pages")), ("prefect", "Prefect"))
    ]  # fmt: skip
    return Table(
        name="processes",
        caption=say("Processes"),
        columns=(
            Column("process", say("Process")),
            Column("runs", say("Runs")),
            Column("address", say("Address")),
        ),
        rows=rows,
        address="/desk/system/processes",
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
    return Table(
        name="versions",
        caption=say("Versions"),
        columns=(Column("what", say("What")), Column("version", say("Version"))),
        rows=[(Cell(name), Cell(told)) for name, told in rows],
        address="/desk/system/versions",
    )
