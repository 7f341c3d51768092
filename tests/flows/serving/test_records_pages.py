"""Pages of records: short questions in the event loop, long ones in a thread, and one line of the log for many."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from flows.home import Home, now
from flows.serving.records_pages import PageJson, Pages, Question
from flows.steps import publish_records
from reconcile.records import Moments, record_search
from tests.aside import run_aside
from tests.examples import examples
from tests.flows.serving.test_api import recorded
from tests.flows.serving.test_records_api import PAGE, app_of_records, program
from transcribe.people.tokens import new_token


class Log:
    """Stands for the context of the pages: writes lines when it is let, and can fail."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, int]]] = []
        self.may_write = asyncio.Event()
        self.failures = 0

    def now(self) -> object:
        return now()

    async def keep(self, deed: Callable[[Any], None]) -> None:
        await self.may_write.wait()
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        deed(self)

    def log(self, actor: str, action: str, subject: str, detail: dict[str, int], at: object) -> None:
        assert action == "records read"
        self.lines.append((actor, subject, dict(detail)))


class Token(NamedTuple):
    """What the log says of a token."""

    prefix: str


async def _settled(task: asyncio.Task[None]) -> str:
    try:
        await task
    except OSError:
        return "failed"
    return "written"


READS = st.lists(
    st.tuples(st.sampled_from(["fh_1", "fh_2"]), st.sampled_from(["order", "receipt"]), st.integers(1, 100)),
    min_size=1,
    max_size=12,
)


@given(reads=READS, failures=st.integers(0, 3))
@examples(40)
def test_whoever_is_given_a_page_stands_in_the_log_by_then_and_every_record_counts_once(
    reads: list[tuple[str, str, int]], failures: int
) -> None:
    async def play() -> None:
        log, pages = Log(), Pages(Path(), None)  # type: ignore[arg-type]  # notes ask no database
        log.failures = failures
        tasks = [
            asyncio.create_task(
                pages.note(log, Token(token), form, after=at, position=at + count, records=count)  # type: ignore[arg-type]  # it stands for one
            )
            for at, (token, form, count) in enumerate(reads)
        ]
        for _ in range(5):
            await asyncio.sleep(0)
        assert not any(each.done() for each in tasks), "nobody is given a page that does not stand in the log"
        log.may_write.set()
        fates = await asyncio.gather(*map(_settled, tasks))
        assert fates.count("failed") == min(failures, len(reads))
        told: dict[tuple[str, str], int] = {}
        for actor, form, line in log.lines:
            told[actor, form] = told.get((actor, form), 0) + line["records"]
        given_to: dict[tuple[str, str], int] = {}
        for (token, form, count), fate in zip(reads, fates, strict=True):
            if fate == "written":
                key = (f"token {token}", form)
                given_to[key] = given_to.get(key, 0) + count
        assert all(told[key] >= count for key, count in given_to.items())
        if not failures:
            assert told == given_to
            assert len(log.lines) <= 2 * len(set(told)), "those who wait have one line of each program and form"

    run_aside(play())


@pytest.mark.parametrize("asked", ["", "?filter=total:gt:100", "?limit=1"])
def test_a_page_that_takes_long_is_put_together_in_a_thread_and_is_the_same(
    rooms: Home, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    recorded(rooms, "4711.00")
    recorded(rooms, "12.50")
    with program(app_of_records(rooms), rooms) as client:
        quick = client.get(f"{PAGE}{asked}")
        monkeypatch.setattr(record_search, "MAX_QUICK_STEPS", 1)
        monkeypatch.setattr(record_search, "STEPS_A_LOOK", 1)
        moments = Moments(rooms.settings.records)
        assert record_search.quick_answer(moments, lambda: record_search.page(*_everything(rooms))) is None
        long = client.get(f"{PAGE}{asked}")
    assert quick.status_code == long.status_code == 200
    assert quick.content == long.content
    assert quick.json()["records"]


def test_a_page_that_takes_less_than_the_most_is_quick_each_time_it_is_asked_for(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        recorded(rooms, f"{number}.00")
    ask, moments = partial(record_search.page, *_everything(rooms)), Moments(rooms.settings.records)

    def is_quick(steps: int) -> bool:
        monkeypatch.setattr(record_search, "MAX_QUICK_STEPS", steps)
        return record_search.quick_answer(moments, ask) is not None

    monkeypatch.setattr(record_search, "STEPS_A_LOOK", 10)
    needed = next(steps for steps in range(10, 100_000, 10) if is_quick(steps))
    assert needed > 100
    assert all(is_quick(needed + 50) for _ in range(50))


def test_a_page_is_put_together_once_while_the_records_stay_as_they_are(
    rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    page = record_search.page

    def counted(path: Path, form: str, *rest: Any) -> record_search.DocumentPage:
        made.append(form)
        return page(path, form, *rest)

    monkeypatch.setattr(record_search, "page", counted)
    recorded(rooms, "12.50")
    with program(app_of_records(rooms), rooms) as client:
        first = client.get(PAGE)
        assert client.get(PAGE).content == first.content
        assert len(made) == 1
        recorded(rooms, "99.00")
        assert len(client.get(PAGE).json()["records"]) == 2
        assert client.get(f"{PAGE}?limit=1").json()["records"] == first.json()["records"]
        assert client.get(PAGE, headers={"if-none-match": first.headers["etag"]}).status_code == 200
    assert len(made) == 3


def test_an_erased_record_is_in_no_page_and_no_longer_in_memory_once_any_page_is_asked_for(rooms: Home) -> None:
    scan = recorded(rooms, "8127.45")
    pages = Pages(rooms.settings.records, Moments(rooms.settings.records))
    asked = Question(form="receipt", wanted=record_search.Wanted(), as_of=None, after=0, limit=100)

    def ask(what: Question) -> bytes:
        _, found = run_aside(pages.answer(what, "", None))
        assert found is not None
        return found.content

    assert b"8127.45" in ask(asked)
    rooms.store.forget(scan, now())
    publish_records(rooms)
    assert b"8127.45" not in ask(replace(asked, limit=7))
    assert not [each for each in gc.get_objects() if isinstance(each, PageJson) and b"8127.45" in each.content]


def _everything(rooms: Home) -> tuple[Any, ...]:
    return rooms.settings.records, "receipt", record_search.Wanted(), 0, 100


def test_a_page_that_does_not_exist_is_told_so_in_the_event_loop_too(rooms: Home) -> None:
    recorded(rooms)
    secret = new_token(rooms.store, "till", ("records:read",), now()).secret
    app = app_of_records(rooms)
    client = TestClient(app, headers={"authorization": f"Bearer {secret}"})
    assert client.get("/api/v1/records/nothing").status_code == 404
    assert client.get(PAGE, params={"after": 10**9}).status_code == 410
