"""Pages of records: short questions in the event loop, long ones in a thread, and one line of the log for many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from flows.home import Home, now
from flows.serving.records_pages import Pages
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
        log, pages = Log(), Pages(None)  # type: ignore[arg-type]  # notes ask no database
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
        moments = Moments(rooms.settings.records)
        assert record_search.quick_answer(moments, lambda: record_search.page(*_everything(rooms))) is None
        long = client.get(f"{PAGE}{asked}")
    assert quick.status_code == long.status_code == 200
    assert quick.content == long.content
    assert quick.json()["records"]


def _everything(rooms: Home) -> tuple[Any, ...]:
    return rooms.settings.records, "receipt", record_search.Wanted(), 0, 100


def test_a_page_that_does_not_exist_is_told_so_in_the_event_loop_too(rooms: Home) -> None:
    recorded(rooms)
    secret = new_token(rooms.store, "till", ("records:read",), now()).secret
    app = app_of_records(rooms)
    client = TestClient(app, headers={"authorization": f"Bearer {secret}"})
    assert client.get("/api/v1/records/nothing").status_code == 404
    assert client.get(PAGE, params={"after": 10**9}).status_code == 410
