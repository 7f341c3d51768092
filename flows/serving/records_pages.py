"""Pages of records as `/api/v1` answers them: JSON put together from documents as they are kept, and their ETag."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TypeVar

from anyio import CapacityLimiter
from fastapi import HTTPException
from pydantic_core import PydanticCustomError

from flows.serving.api import _in_thread, _said_by_http
from flows.serving.records_answers import PageV1
from reconcile.records import LAYOUT_VERSION, Moments, query, record_search
from transcribe.errors import SettingsError
from transcribe.review import Context
from transcribe.store import ApiToken, Store

Answer = TypeVar("Answer")

MAX_PAGES_AT_ONCE = 2
"""Threads that put pages together at once. Each waits for Python's lock at every question to the database: with forty
the slowest of a hundred answers took half as long again as with two (64 connections, 2 cores)."""

MAX_QUICK_COUNT = 100
"""The most records that are put together in the event loop: handing a page to a thread takes longer than the page."""

KEPT_PAGES_COUNT = 64
"""So many pages are kept while records.db stays as it is, a quarter of a megabyte each: programs that poll, and people
who look at the same list, ask for the same ones. Chosen by hand."""

SHORT_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]*)?")
"""A number below that of the seconds from 1970 to 2001: 2026 or 20260131, as a day is written without hyphens."""


def as_time(told: object) -> object:
    """The time in a text. A year, or a day without hyphens, is refused: it would be taken for seconds of 1970."""
    if isinstance(told, str) and SHORT_NUMBER.fullmatch(told.strip()):
        raise PydanticCustomError("datetime_parsing", "a short number is no time")
    return told


def utc(at: datetime) -> str:
    """A time as records.db has it; without an offset it is UTC. Beyond the years that there are, it is their end."""
    try:
        told = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        told = (datetime.min if at.year == datetime.min.year else datetime.max).replace(tzinfo=UTC)
    return told.isoformat(timespec="seconds")


def at_one_moment(moments: Moments, ask: Callable[[], Answer]) -> Answer:
    """The answer of a function that asks the record database several things, all of one moment."""
    with moments.moment():
        return ask()


def is_known(etag: str, told: str | None) -> bool:
    """Whether an `If-None-Match` names this ETag: alone or in a list, weak as proxies that compress make it, or any."""
    named = (each.strip().removeprefix("W/") for each in (told or "").split(","))
    return any(each in ("*", etag) for each in named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a program asks for: records of a form that changed after a number.

    With `as_of`, a time in UTC, they are all records as they stood then.
    """

    form: str
    wanted: record_search.Wanted
    as_of: str | None
    after: int
    limit: int


@dataclass(frozen=True, slots=True)
class PageJson:
    """The JSON of a page, the number to ask after next, and how many records and erasures are in it."""

    content: bytes
    last: int
    count: int


def page_json(path: Path, numbers: tuple[int, int], asked: Question) -> PageJson:
    """A page of records.db at these numbers: its epoch and its position.

    Texts of records are put together as they are kept: nothing is parsed.
    """
    (epoch, position), form, wanted, after, limit = numbers, asked.form, asked.wanted, asked.after, asked.limit
    try:
        if asked.as_of is not None:
            found = record_search.page_as_of(path, form, wanted, asked.as_of, after, limit)
            last, erased, left = found.last or after, [], []
        else:
            query.require_position(path, after)
            found = record_search.page(path, form, wanted, after, limit)
            last = found.last if found.last is not None else max(position, after)
            erased = query.erased(path, after=after, until=last)
            left = query.left(path, form, after=after, until=last) if after else []
    except SettingsError as error:
        raise HTTPException(422, str(error)) from error
    gone = ",".join(json.dumps({"scan": scan, "changed": at}) for scan, at in erased)
    more = "true" if found.last is not None else "false"
    moved = ",".join(json.dumps({"scan": scan, "changed": at, "form": now}) for scan, at, now in left)
    ends = f'"erased":[{gone}],"left":[{moved}],"next":{last},"more":{more},"epoch":{epoch}}}'
    content = b'{"records":%b,%b' % (found.documents, ends.encode())
    return PageJson(content, last, found.count + len(erased) + len(left))


def page_tag(numbers: tuple[int, int], asked: str) -> str:
    """A strong ETag of a page: the same question at the same position of records.db has the same bytes."""
    told = f"{shape()} {numbers} {asked}"
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:24]}"'


def scan_of(record: str) -> str:
    """The whole id of the scan of a record's JSON: who asks may have named its beginning."""
    return str(json.loads(record)["scan"])


def record_tag(scan: str, version: int) -> str:
    """A strong ETag of one version of a record, with the shape of records. `version_seen` reads it."""
    return f'"{scan}-{version}-{shape()}"'


@cache
def shape() -> str:
    """The format version of a record's bytes, which changes with the fairhand that writes them."""
    told = f"{LAYOUT_VERSION} {json.dumps(PageV1.model_json_schema(), sort_keys=True)}"
    return hashlib.sha256(told.encode()).hexdigest()[:8]


class Pages:
    """Asks the record database for pages, and writes what programs read to the audit log before they get it.

    While lines are being written, what programs read meanwhile waits. Then one line for each token and form says it
    all.
    """

    def __init__(self, path: Path, moments: Moments) -> None:
        self._path, self._moments = path, moments
        self._numbers = (0, 0)
        self._made = lru_cache(KEPT_PAGES_COUNT)(partial(page_json, path))
        self._threads = CapacityLimiter(MAX_PAGES_AT_ONCE)
        self._waiting = _Notes()
        self._writing = asyncio.Lock()

    async def answer(self, asked: Question, address: str, known: str | None) -> tuple[str, PageJson | None]:
        """The ETag of a page, and the page; None where `known`, an `If-None-Match`, names it.

        A short one is found in the event loop itself: handing it to a thread takes longer than the page. `address` is
        the question as it was sent.
        """
        ask = partial(self._answer, asked, address, known)
        if asked.limit <= MAX_QUICK_COUNT:
            with _said_by_http():
                quick = record_search.quick_answer(self._moments, ask)
            if quick is not None:
                return quick
        return await _in_thread(partial(at_one_moment, self._moments, ask), self._threads)

    def _answer(self, asked: Question, address: str, known: str | None) -> tuple[str, PageJson | None]:
        numbers = query.numbers(self._path)
        if numbers != self._numbers:  # no page of before is asked for again; an erased record may be in one
            self._numbers = numbers
            self._made.cache_clear()
        tag = page_tag(numbers, address)
        return tag, None if is_known(tag, known) else self._made(numbers, asked)

    async def note(
        self, context: Context, token: ApiToken, form: str, *, after: int, position: int, records: int
    ) -> None:
        """Comes back when it stands in the log."""
        notes = self._waiting
        line = notes.told.setdefault((token.prefix, form), {"after": after, "position": position, "records": 0})
        line["after"], line["position"] = min(line["after"], after), max(line["position"], position)
        line["records"] += records
        line["pages"] = line.get("pages", 0) + 1
        async with self._writing:
            if notes.is_written:
                return
            if notes is self._waiting:
                self._waiting = _Notes()
            await context.keep(partial(_write, notes, context.now()))
            notes.is_written = True


@dataclass(slots=True)
class _Notes:
    """What lines say, by token and form: `after`, `position`, `records`, `pages`; and whether they stand in the log."""

    told: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    is_written: bool = False


def _write(notes: _Notes, now: datetime, store: Store) -> None:
    for (token, form), line in notes.told.items():
        store.log(f"token {token}", "records read", form, line, now)
