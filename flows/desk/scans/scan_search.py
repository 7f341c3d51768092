"""What somebody looks for among scans: by name, number, customer or text, batch, form, state, reason and day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query

from flows.desk.visit import Visit
from reconcile.records import query
from transcribe.errors import NotFound
from transcribe.store import facts

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
    path = visit.home.settings.records
    try:
        forms = [wish.form] if wish.form else [each for each in query.forms(path) if visit.sees(each)]
        found = [scan for form in forms for scan in query.scans_with_words(path, form, wish.q, MOST_WITH_WORDS)]
    except NotFound:
        return ()
    return tuple(found)


def _with_exceptions(visit: Visit, wish: Wish) -> tuple[str, ...]:
    """The scans on whose published record something does not hold, of each form those that changed last."""
    path = visit.home.settings.records
    try:
        forms = [wish.form] if wish.form else [each for each in query.forms(path) if visit.sees(each)]
        return tuple(scan for form in forms for scan in query.scans_with_exceptions(path, form, MOST_WITH_WORDS))
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
