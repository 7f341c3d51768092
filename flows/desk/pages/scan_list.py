"""The list of scans with its search, as a page and as a file; and the scans that may be an order that came before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response

from flows.desk.pages.counts import REASON_PREFIX, beginning, published_forms, summed, visible
from flows.desk.pages.scan_view import form_of
from flows.desk.tables import Cell, Kind, Raw, Table, batch_cell, scan_cell, table_file, time_cell, with_query
from flows.desk.visit import Look, Visit
from flows.desk.words import STATES
from flows.duplicates import identifying_fields
from reconcile.records import query
from transcribe.errors import NotFound
from transcribe.model import Scan
from transcribe.store import facts

# What somebody looks for among scans: by name, number, customer or text, batch, form, state, reason and day.

SCANS_A_PAGE = 50
"""So many scans are on a page. Chosen by hand."""

MOST_IN_FILE = 1_000
"""So many scans are in a file at most, with the way to the next: a twentieth of a second. Chosen by hand."""

MOST_WITH_WORDS = 500
"""So many records of a form are found by their words or exceptions, the latest. Chosen by hand."""

MOST_FOR_EXPERTS = 2000
"""So many scans that wait for experts are found, the latest. Chosen by hand."""

ID_PATTERN = re.compile(r"[0-9a-f]{6,64}")
"""What may be how an id begins."""

Text = Annotated[str, Query(max_length=300)]
Day = Annotated[str, Query(max_length=10, pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked, as the form has it: empty texts ask for nothing."""

    q: str = ""
    batch: str = ""
    form: str = ""
    state: str = ""
    reason: str = ""
    exceptions: str = ""
    asks: str = ""
    since: str = ""
    until: str = ""

    @property
    def query(self) -> Mapping[str, str]:
        """The query of an address that asks the same."""
        return {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}


async def wished(
    q: Text = "",
    batch: Text = "",
    form: Text = "",
    state: Text = "",
    reason: Text = "",
    exceptions: Annotated[str, Query(pattern="^(some)?$")] = "",
    asks: Annotated[str, Query(pattern="^(experts)?$")] = "",
    since: Day = "",
    until: Day = "",
) -> Wish:
    """What the query of an address asks."""
    return Wish(
        q=q.strip(),
        batch=batch,
        form=form,
        state=state,
        reason=reason,
        exceptions=exceptions,
        asks=asks,
        since=since,
        until=until,
    )


def next_before(found: list[facts.FoundScan], limit: int) -> str:
    """The number below which the next ones are found, "" where these are the last."""
    return str(found[-1].number) if len(found) == limit else ""


def found_scans(visit: Visit, wish: Wish, limit: int, before: int | None = None) -> list[facts.FoundScan]:
    """The scans that fit, newest first, below the number `before`."""
    store = visit.home.store
    search = facts.ScanSearch(
        batch=wish.batch or None,
        form=wish.form or None,
        state=wish.state or None,
        reason=wish.reason or None,
        since=midnight(visit, wish.since),
        until=midnight(visit, wish.until, days=1),
        forms=visit.forms,
    )
    apart = _with_exceptions(visit, wish) if wish.exceptions else None
    if wish.asks:
        asked = store.scans_for_experts(MOST_FOR_EXPERTS)
        apart = tuple(asked if apart is None else sorted(set(apart).intersection(asked)))
    if apart is not None:
        search = replace(search, ids=apart)
    searches = [search]
    if wish.q:
        ids = tuple([wish.q.lower()] if ID_PATTERN.fullmatch(wish.q.lower()) else []) + _with_words(visit, wish)
        if apart is not None:
            ids = tuple(each for each in apart if each.startswith(ids)) if ids else ()
        searches = [replace(search, name=wish.q), replace(search, ids=ids)]
    found = {
        each.scan: each
        for one in searches
        for each in (store.find_scans(one, limit) if before is None else store.find_scans(one, limit, before))
    }
    return sorted(found.values(), key=lambda each: -each.number)[:limit]


def _with_words(visit: Visit, wish: Wish) -> tuple[str, ...]:
    """The scans whose record has these words: a number, a customer, any text."""
    return _in_records(visit, wish, lambda path, form: query.scans_with_words(path, form, wish.q, MOST_WITH_WORDS))


def _with_exceptions(visit: Visit, wish: Wish) -> tuple[str, ...]:
    """The scans on whose published record something does not hold, of each form those that changed last."""
    return _in_records(visit, wish, lambda path, form: query.scans_with_exceptions(path, form, MOST_WITH_WORDS))


def _in_records(visit: Visit, wish: Wish, find: Callable[[Path, str], Iterable[str]]) -> tuple[str, ...]:
    """What is found in the records of the form that is asked for, or of all that the visitor sees."""
    forms = [wish.form] if wish.form else published_forms(visit)
    try:
        return tuple(scan for form in forms for scan in find(visit.home.settings.records, form))
    except NotFound:
        return ()


def midnight(visit: Visit, day: str, days: int = 0) -> datetime | None:
    """When a day begins where the visitor lives, or so many days later. None for no day, or none that there is."""
    try:
        read = date.fromisoformat(day) + timedelta(days=days)
        zone = ZoneInfo(visit.visitor.person.time_zone)
    except (ValueError, KeyError, OverflowError):
        return None
    return datetime.combine(read, time(), zone)


router = APIRouter()

MOST_PAIRS = 200
"""So many pairs of scans are listed that may be one order. Chosen by hand."""

Asked = Annotated[Wish, Depends(wished)]
Before = Annotated[int | None, Query(ge=1, le=2**62)]


@router.get("/desk/scans")
async def scans_page(visit: Look, wish: Asked, before: Before = None) -> Response:
    """The scans that fit, newest first."""

    def made() -> Response:
        found = found_scans(visit, wish, SCANS_A_PAGE, before)
        counts = visible(visit, visit.home.store.scan_counts_in_all())
        reasons = beginning(summed(counts), REASON_PREFIX)
        last = next_before(found, SCANS_A_PAGE)
        return visit.page(
            "desk_scans.html",
            wish=wish,
            scans=scans_table(visit, wish, found),
            forms=[(each, each) for each in sorted({each.form for each in counts if each.form})],
            states=[(state, visit.say(words)) for state, words in STATES.items() if state != "forgotten"],
            reasons=[(each, visit.reason(each)) for each in sorted({*reasons, *filter(None, [wish.reason])})],
            more=f"/desk/scans{with_query({**wish.query, 'before': last})}" if last else "",
            most_in_file=MOST_IN_FILE,
        )

    return await visit.show(made)


@router.get("/desk/scans.{kind}")
def scans_file(visit: Look, kind: Kind, wish: Asked, before: Before = None) -> Response:
    """The scans that fit, as a file of at most a thousand. Its header Link has the address of the next ones."""
    found = found_scans(visit, wish, MOST_IN_FILE, before)
    answer = table_file(scans_table(visit, wish, found, with_words=False), kind)
    if last := next_before(found, MOST_IN_FILE):
        address = f"/desk/scans.{kind}{with_query({**wish.query, 'before': last})}"
        answer.headers["link"] = f'<{address}>; rel="next"'
    return answer


@router.get("/desk/duplicates")
async def duplicates_page(visit: Look) -> Response:
    """The scans that may be an order that came before, and that nobody has settled."""
    return await visit.show(lambda: visit.page("desk_duplicates.html", pairs=pairs_table(visit)))


@router.get("/desk/duplicates.{kind}")
def duplicates_file(visit: Look, kind: Kind) -> Response:
    """The same as a file."""
    return table_file(pairs_table(visit), kind)


def scans_table(visit: Visit, wish: Wish, found: list[facts.FoundScan], *, with_words: bool = True) -> Table:
    """Scans in a table, each with its page behind its name. Without words it is for a file, and made quicker."""
    say, row = visit.say, partial(_row, visit) if with_words else _bare_row
    columns = {
        "name": say("Scan"),
        "scan": say("Number"),
        "form": say("Form"),
        "batch": say("Batch"),
        "state": say("How far"),
        "for_people": say("Questions for readers"),
        "for_experts": say("Questions for experts"),
        "received_at": say("Came"),
        "recorded_at": say("Record of"),
    }
    return visit.table(
        "scans",
        say("Scans, newest first"),
        columns,
        [row(each) for each in found],
        at="/desk",
        query=wish.query,
        nothing=say("No scan fits."),
    )


def _row(visit: Visit, scan: facts.FoundScan) -> tuple[Raw, ...]:
    """A scan as people see it."""
    return (
        Cell(scan.name, scan.name or scan.scan[:12], f"/desk/scan/{scan.scan}"),
        Cell(scan.scan, scan.scan[:12]),
        Cell(scan.form, scan.form or "–"),
        batch_cell(scan.batch),
        Cell(scan.state, visit.say(STATES[scan.state]), badge=scan.state),
        scan.for_people,
        scan.for_experts,
        scan.received_at,
        scan.recorded_at,
    )


def _bare_row(scan: facts.FoundScan) -> tuple[Cell, ...]:
    """A scan as programs see it."""
    return (
        *map(Cell, (scan.name, scan.scan, scan.form, scan.batch, scan.state)),
        *map(Cell, (scan.for_people, scan.for_experts)),
        *(time_cell(at, "") for at in (scan.received_at, scan.recorded_at)),
    )


def _values_cell(visit: Visit, newer: Scan, *, is_same: bool) -> Cell | bool:
    """Whether a pair has the same values; nothing where its form names none that identify an order."""
    form = form_of(visit, newer)
    if not is_same and (form is None or not identifying_fields(form)):
        return Cell(None, visit.say("not compared"))
    return is_same


def pairs_table(visit: Visit) -> Table:
    """Pairs of scans that wait to be settled, the latest first."""
    say, store = visit.say, visit.home.store
    pairs = [each for each in store.open_duplicates(MOST_PAIRS) if each.waits]
    rows = []
    for each in pairs:
        older, newer = store.scan(each.older), store.scan(each.newer)
        if visit.sees(newer.form) and visit.sees(older.form):
            rows.append(
                (
                    scan_cell(newer.id, newer.name, "#duplicates"),
                    scan_cell(older.id, older.name),
                    newer.batch,
                    each.differing is not None,
                    _values_cell(visit, newer, is_same=each.same_values is not None),
                    each.found_at,
                )
            )
    columns = {
        "newer": say("Scan"),
        "older": say("May be the same order as"),
        "batch": say("Batch"),
        "picture": say("Looks alike"),
        "values": say("Has the same values"),
        "found_at": say("Found"),
    }
    return visit.table(
        "duplicates",
        say("Scans that may be an order that came before"),
        columns,
        rows,
        at="/desk",
        nothing=say("Nothing waits to be settled."),
    )
