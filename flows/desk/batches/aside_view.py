"""What was set aside of a batch: scans with their picture and reason, and files that never became a scan."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk.tables import Cell, Column, Table, time_cell, with_query
from flows.desk.visit import Visit
from transcribe.store import facts

MOST_PICTURES = 24
"""So many scans are shown with their picture; the list behind the number has them all. Chosen by hand."""

MOST_FILES = 500
"""So many files that were set aside are listed. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class ScanAside:
    """A scan that was set aside: its id, name, reason, and whether there is a picture of it."""

    scan: str
    name: str
    because: str
    is_pictured: bool


def scans_aside(visit: Visit, name: str) -> list[ScanAside]:
    """The latest scans of a batch that were set aside."""
    search = facts.ScanSearch(batch=name, state="set aside", forms=visit.forms)
    store = visit.home.store
    return [
        ScanAside(
            each.scan,
            each.name,
            _because(visit, store.scan_state(each.scan)),
            bool(store.pictures(each.scan)),
        )
        for each in store.find_scans(search, MOST_PICTURES)
    ]


def _because(visit: Visit, state: facts.ScanState) -> str:
    if state.same_order and not state.set_aside:
        return visit.say("It is the same order as another scan.")
    return state.aside_because


def known_table(visit: Visit, name: str) -> Table:
    """The scans of other batches that came again in this one, of the forms that the visitor sees."""
    say = visit.say
    rows = [
        (
            Cell(each.scan, each.name or each.scan[:12], f"/desk/scan/{each.scan}"),
            Cell(each.batch, each.batch, f"/desk/batch{with_query({'name': each.batch})}" if each.batch else ""),
            time_cell(each.at, visit.moment(each.at)),
        )
        for each in visit.home.store.known_again(name, MOST_FILES)
        if visit.sees(each.form)
    ]
    columns = (Column("scan", say("Known as")), Column("batch", say("In the batch")), Column("at", say("Came again")))
    return Table(
        name="known",
        caption=say("Known already"),
        columns=columns,
        rows=rows,
        address="/desk/batch/known",
        query={"name": name},
    )


def aside_table(visit: Visit, name: str) -> Table:
    """The files of a batch that could not be read; nobody knows their form, so who is limited sees none."""
    say = visit.say
    files = visit.home.store.set_aside_of_batch(name, MOST_FILES) if visit.forms is None else []
    columns = (Column("file", say("File")), Column("reason", say("Why")), Column("at", say("When")))
    rows = [
        (
            Cell(each.file.name),
            Cell(each.message, visit.in_words(each.message)),
            time_cell(each.at, visit.moment(each.at)),
        )
        for each in files
    ]
    return Table(
        name="aside",
        caption=say("Files that could not be read"),
        columns=columns,
        rows=rows,
        address="/desk/batch/aside",
        query={"name": name},
    )
