"""What waits, for whom, how much of it and since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flows.desk.counts import summed, visible
from flows.desk.tables import Cell, Column, Table, time_cell, with_query
from flows.desk.visit import Visit
from flows.incoming import unread_files, waiting_batches
from flows.steps import cancelled_at
from reconcile.records import query
from transcribe.errors import NotFound
from transcribe.store import facts


def waits_table(visit: Visit) -> Table:
    """What waits for machines, people, experts, appeals and publishing, with the age of the oldest of each."""
    say = visit.say
    columns = (
        Column("for", say("Waits for")),
        Column("what", say("What")),
        Column("count", say("How many"), is_number=True),
        Column("oldest", say("The oldest waits since")),
    )
    return Table(name="waits", caption=say("What waits"), columns=columns, rows=_rows(visit), address="/desk/waits")


def _rows(visit: Visit) -> list[tuple[Cell, ...]]:
    say, total = visit.say, summed(visible(visit, visit.home.store.scan_counts_in_all()))
    apart = summed(visible(visit, visit.home.store.scan_counts_of_cancelled()))
    since = visit.home.store.waiting_since(published(visit))
    sees_all = visit.forms is None
    arrived, held = _files(visit) if sees_all else (0, 0)
    unread = total["state not weighed"] - apart["state not weighed"]
    rows = [
        ("machines", say("machines"), say("files to be taken in"), arrived, None, ""),
        ("weighing", say("machines"), say("scans to be read and weighed"), unread, since.machines,
         _scans(state="not weighed")),
        ("people", say("people"), say("questions"), total["open for people"], since.people,
         _scans(state="waits for people")),
        ("experts", say("experts"), say("questions"), total["open for experts"], since.experts,
         _scans(asks="experts")),
    ]  # fmt: skip
    rows += _rows_of_home(visit, since) if sees_all else []
    rows += _rows_of_cancelled(visit, held, apart["state not weighed"])
    return [
        (
            Cell(code, words),
            Cell(what),
            Cell(count, visit.number(count), href if count else ""),
            _age(visit, oldest if count and sees_all else None),
        )
        for code, words, what, count, oldest, href in rows
    ]


def _rows_of_home(visit: Visit, since: facts.WaitingSince) -> list[tuple[str, str, str, int, datetime | None, str]]:
    say = visit.say
    appeals = "/appeals" if visit.may_change else ""
    asked = visit.home.store.questions(open_only=True)
    oldest = min((each.at for each in asked), default=None)
    disputed = visit.home.store.disputes(open_only=True)
    return [
        ("answers", say("an operator"), say("what readers ask about a field"), len(asked), oldest,
         "/questions" if visit.may_change else ""),
        ("disputes", say("an operator"), say("contested times"), len(disputed),
         min((each.at for each in disputed), default=None), "/clocks" if visit.may_change else ""),
        ("appeals", say("a hearing"), say("appeals"), since.appeal_count, since.appeals, appeals),
        ("publishing", say("publishing"), say("records"), since.publishing_count, since.publishing, ""),
    ]  # fmt: skip


def _rows_of_cancelled(visit: Visit, files: int, scans: int) -> list[tuple[str, str, str, int, None, str]]:
    """What stands still with its cancelled batch; no rows where nothing does."""
    words = visit.say("nobody: the batch is cancelled")
    rows = [("cancelled", words, visit.say("files that are not taken in"), files, None, "/desk/batches"),
            ("cancelled", words, visit.say("scans that are not finished"), scans, None, "/desk/batches")]  # fmt: skip
    return [row for row in rows if row[3]]


def _files(visit: Visit) -> tuple[int, int]:
    """How many files are to be taken in, and how many wait for a cancelled batch to go on."""
    batches = waiting_batches(visit.home)
    held = sum(unread_files(visit.home, each) for each in batches if cancelled_at(visit.home, each) is not None)
    return unread_files(visit.home) - held, held


def _scans(**search: str) -> str:
    given: Mapping[str, str] = search
    return f"/desk/scans{with_query(given)}"


def _age(visit: Visit, since: datetime | None) -> Cell:
    return time_cell(since, "" if since is None else visit.age(since))


def published(visit: Visit) -> int:
    """Up to which number of the outbox the record database stands; 0 where there is none yet."""
    try:
        return query.position(visit.home.settings.records)
    except NotFound:
        return 0
